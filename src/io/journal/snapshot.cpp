#include "journal/snapshot.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "journal/scan.hpp"

namespace journal {
namespace {

constexpr std::uint64_t snapshot_magic = 0x31534E504A505401;  // "\1TPJPNS1"
constexpr std::string_view name_prefix = "snapshot-";
constexpr std::size_t name_digits = 20;

std::uint64_t snapshot_sequence(const std::string& name) {
  if (name.size() != name_prefix.size() + name_digits || !name.starts_with(name_prefix)) return 0;
  std::uint64_t sequence = 0;
  const char* const from = name.data() + name_prefix.size();
  const auto [end, error] = std::from_chars(from, from + name_digits, sequence);
  return error == std::errc() && end == from + name_digits ? sequence : 0;
}

void put(bytes::Encoder& out, const bytes::Hash128& hash) {
  out.put(hash.low);
  out.put(hash.high);
}
bytes::Hash128 get_hash(bytes::Decoder& in) {
  const auto low = in.get<std::uint64_t>();
  return {low, in.get<std::uint64_t>()};
}

// Header, its checksum, the state, the state's checksum.
void encode_header(const Snapshot& snapshot, bytes::Encoder& out) {
  out.put(snapshot_magic);
  out.put(snapshot_format_version);
  out.put(snapshot.engine_version);
  out.put(snapshot.cursor.sequence);
  out.put(snapshot.cursor.time.ns());
  out.put(snapshot.cursor.epoch);
  put(out, snapshot.cursor.chain);
  put(out, snapshot.state_hash);
  put(out, snapshot.event_hash);
  out.put(static_cast<std::uint64_t>(snapshot.state.size()));
  out.put(bytes::crc32c(snapshot.state));
  out.put(bytes::crc32c(out.view()));
}

base::Status remove_old(Disk& disk, const std::string& directory) {
  TRY(const auto sequences, list_snapshots(disk, directory));
  for (std::size_t i = snapshots_kept; i < sequences.size(); ++i)
    TRY_STATUS(disk.remove(journal_folder(directory) + "/" + snapshot_name(sequences[i])));
  return {};
}

}  // namespace

std::string snapshot_name(std::uint64_t sequence) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "snapshot-%020llu",
                static_cast<unsigned long long>(sequence));
  return text.data();
}

base::Status write_snapshot(Disk& disk, const std::string& directory, const Snapshot& snapshot) {
  const std::string folder = journal_folder(directory);
  const std::string path = folder + "/" + snapshot_name(snapshot.cursor.sequence);
  bytes::Encoder header;
  encode_header(snapshot, header);
  {
    TRY(auto file, disk.create(path + ".new"));
    TRY_STATUS(file->write(0, header.view()));
    TRY_STATUS(file->write(header.size(), snapshot.state));
    TRY_STATUS(file->sync());
  }
  TRY_STATUS(disk.rename(path + ".new", path));
  TRY_STATUS(disk.sync_directory(folder));
  return remove_old(disk, directory);
}

base::Result<std::vector<std::uint64_t>> list_snapshots(Disk& disk, const std::string& directory) {
  TRY(const auto names, disk.list(journal_folder(directory)));
  std::vector<std::uint64_t> sequences;
  for (const std::string& name : names)
    if (const std::uint64_t sequence = snapshot_sequence(name); sequence != 0)
      sequences.push_back(sequence);
  std::sort(sequences.rbegin(), sequences.rend());
  return sequences;
}

base::Result<Snapshot> read_snapshot(Disk& disk, const std::string& directory,
                                     std::uint64_t sequence) {
  const std::string path = journal_folder(directory) + "/" + snapshot_name(sequence);
  TRY(auto file, disk.open(path, false));
  TRY(const std::uint64_t size, file->size());
  TRY(const auto data, file->read(0, size));
  bytes::Decoder in(data);
  Snapshot snapshot;
  const auto magic = in.get<std::uint64_t>();
  const auto version = in.get<std::uint32_t>();
  snapshot.engine_version = in.get<std::uint32_t>();
  snapshot.cursor.sequence = in.get<std::uint64_t>();
  snapshot.cursor.time = base::Timestamp(in.get<std::int64_t>());
  snapshot.cursor.epoch = in.get<std::uint64_t>();
  snapshot.cursor.chain = get_hash(in);
  snapshot.state_hash = get_hash(in);
  snapshot.event_hash = get_hash(in);
  const auto state_size = in.get<std::uint64_t>();
  const auto state_crc = in.get<std::uint32_t>();
  const std::size_t header_size = data.size() - in.remaining();
  const auto header_crc = in.get<std::uint32_t>();
  const bytes::View state = in.get_bytes(state_size);
  const bool whole = in.ok() && in.at_end() && magic == snapshot_magic &&
                     version == snapshot_format_version &&
                     header_crc == bytes::crc32c(bytes::View(data).first(header_size)) &&
                     state_crc == bytes::crc32c(state) && snapshot.cursor.sequence == sequence;
  if (!whole) return base::fail("snapshot_damaged", path + " is damaged or of another version");
  snapshot.state.assign(state.begin(), state.end());
  return snapshot;
}

}  // namespace journal

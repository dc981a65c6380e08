#include "command_line/offline.hpp"

#include <charconv>
#include <memory>
#include <ostream>

#include "journal/disk.hpp"
#include "journal/scan.hpp"
#include "projector/projector.hpp"
#include "sequencer/recovery.hpp"

namespace command_line {
namespace {

constexpr int exit_done = 0, exit_failed = 1, exit_usage = 2;

int report(const base::Error& error, std::ostream& err) {
  err << "trading-platform: " << error.message << "\n";
  return exit_failed;
}

std::string hex(const bytes::Hash128& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint64_t part : {hash.high, hash.low})
    for (int shift = 60; shift >= 0; shift -= 4)
      text.push_back(digits[(part >> shift) & 0xF]);
  return text;
}

void print(const sequencer::ReplayReport& report, std::ostream& out) {
  out << "commands     " << report.commands << "\n"
      << "checkpoints  " << report.checkpoints << " compared, all equal\n"
      << "segments     " << report.segments << "\n"
      << "bytes        " << report.bytes << "\n"
      << "sequence     " << report.last_sequence << "\n"
      << "state hash   " << hex(report.state_hash) << "\n"
      << "event hash   " << hex(report.event_hash) << "\n";
  if (!report.torn_tail.empty()) out << "torn tail    " << report.torn_tail << "\n";
}

// Verifying needs the journal to stand still.
base::Result<std::unique_ptr<journal::FileLock>> lock_journal(journal::Disk& disk,
                                                              const std::string& data_folder) {
  const auto names = disk.list(journal::journal_folder(data_folder));
  if (!names || names->empty())
    return base::fail("no_journal", "there is no journal in " + data_folder);
  return disk.lock(journal::journal_folder(data_folder) + "/lock");
}

}  // namespace

std::string projections_file(const std::string& data_folder) {
  return data_folder + "/projections.sqlite";
}

int verify_replay(const std::string& data_folder, std::ostream& out, std::ostream& err) {
  const auto disk = journal::real_disk();
  const auto lock = lock_journal(*disk, data_folder);
  if (!lock) return report(lock.error(), err);
  const auto verified = sequencer::verify_journal(*disk, data_folder, {});
  if (!verified) return report(verified.error(), err);
  print(*verified, out);
  return exit_done;
}

int rebuild(const std::string& data_folder, std::ostream& out, std::ostream& err) {
  const auto disk = journal::real_disk();
  const auto lock = lock_journal(*disk, data_folder);
  if (!lock) return report(lock.error(), err);
  const std::string path = projections_file(data_folder);
  if (const auto removed = projector::remove_projections(path); !removed)
    return report(removed.error(), err);
  projector::Options options;
  options.path = path;
  auto projector = projector::Projector::open(options);
  if (!projector) return report(projector.error(), err);
  const auto replayed = sequencer::verify_journal(
      *disk, data_folder, {},
      [&](std::span<const model::Event> events) { return (*projector)->replay(events); });
  if (!replayed) return report(replayed.error(), err);
  if (const auto started = (*projector)->start(1, replayed->last_sequence); !started)
    return report(started.error(), err);
  print(*replayed, out);
  out << "rows         " << (*projector)->stats().rows << " written to " << path << "\n";
  return exit_done;
}

int repair_journal(const std::string& data_folder, const std::string& drop_from, std::ostream& out,
                   std::ostream& err) {
  std::uint64_t segment = 0, offset = 0;
  const char* const end = drop_from.data() + drop_from.size();
  const auto first = std::from_chars(drop_from.data(), end, segment);
  const bool colon = first.ec == std::errc() && first.ptr != end && *first.ptr == ':';
  const auto second = colon ? std::from_chars(first.ptr + 1, end, offset) : first;
  if (!colon || second.ec != std::errc() || second.ptr != end) {
    err << "trading-platform: --drop-from takes SEGMENT:OFFSET, as the refused start named it\n";
    return exit_usage;
  }
  const auto disk = journal::real_disk();
  const auto repaired = journal::repair(*disk, data_folder, segment, offset);
  if (!repaired) return report(repaired.error(), err);
  out << "the journal ends at sequence " << repaired->end.sequence << " now\n";
  for (const std::string& name : repaired->set_aside)
    out << "kept: " << name << "\n";
  return exit_done;
}

}  // namespace command_line

#include "wire/segment.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace wire {
namespace {

constexpr std::uint64_t segment_magic = 0x314C4E524A505401;  // "\1TPJRNL1"
constexpr std::uint32_t record_magic = 0x31524A54;           // "TJR1"
constexpr std::size_t header_checked_from = 8;               // magic and checksum stand before

// Binds a checksum to the journal, the segment and the offset: bytes that were written elsewhere,
// or belong to an older file, never pass.
std::uint32_t record_seed(const SegmentHeader& segment, std::uint64_t offset) {
  std::array<std::uint64_t, 3> place{segment.journal_id, segment.number, offset};
  return bytes::crc32c({reinterpret_cast<const std::uint8_t*>(place.data()), sizeof place});
}

template <class T>
T load(bytes::View data, std::size_t at) {
  T value;
  std::memcpy(&value, data.data() + at, sizeof value);
  return value;
}

bool all_zero(bytes::View data) {
  return std::all_of(data.begin(), data.end(), [](std::uint8_t byte) { return byte == 0; });
}

void encode_copy(const SegmentHeader& header, bytes::Encoder& out) {
  const std::size_t start = out.size();
  out.put(segment_magic);
  out.put(segment_format_version);
  out.put(std::uint32_t{0});
  out.put(header.journal_id);
  out.put(header.number);
  out.put(header.first_sequence);
  out.put(header.epoch);
  out.put(header.previous_chain.low);
  out.put(header.previous_chain.high);
  while (out.size() - start < sector_size - 4)
    out.put(std::uint32_t{0});
  out.put(bytes::crc32c(out.view().subspan(start)));
}

std::optional<SegmentHeader> decode_copy(bytes::View sector) {
  if (sector.size() < sector_size) return std::nullopt;
  if (load<std::uint32_t>(sector, sector_size - 4) != bytes::crc32c(sector.first(sector_size - 4)))
    return std::nullopt;
  bytes::Decoder in(sector);
  if (in.get<std::uint64_t>() != segment_magic) return std::nullopt;
  if (in.get<std::uint32_t>() != segment_format_version) return std::nullopt;
  in.get<std::uint32_t>();
  SegmentHeader header;
  header.journal_id = in.get<std::uint64_t>();
  header.number = in.get<std::uint64_t>();
  header.first_sequence = in.get<std::uint64_t>();
  header.epoch = in.get<std::uint64_t>();
  header.previous_chain.low = in.get<std::uint64_t>();
  header.previous_chain.high = in.get<std::uint64_t>();
  return header;
}

}  // namespace

void encode(const SegmentHeader& header, bytes::Encoder& out) {
  encode_copy(header, out);
  encode_copy(header, out);
}

HeaderReading read_segment_header(bytes::View data) {
  std::array<std::uint8_t, segment_data_start> sectors{};
  std::copy_n(data.begin(), std::min(data.size(), sectors.size()), sectors.begin());
  const bytes::View first = bytes::View(sectors).first(sector_size);
  const bytes::View second = bytes::View(sectors).subspan(sector_size);
  const bool first_blank = all_zero(first);
  const bool second_blank = all_zero(second);
  HeaderReading reading;
  if (first_blank && second_blank) return reading;
  const auto one = decode_copy(first);
  const auto two = decode_copy(second);
  if (one && two && *one == *two) {
    reading = {HeaderState::Whole, false, *one};
  } else if ((one && second_blank) || (two && first_blank)) {
    reading = {HeaderState::Whole, true, one ? *one : *two};
  } else {
    reading.state = HeaderState::Damaged;
  }
  return reading;
}

Cursor journal_start(std::uint64_t journal_id) {
  Cursor cursor;
  cursor.chain = bytes::hash128(
      {reinterpret_cast<const std::uint8_t*>(&journal_id), sizeof journal_id}, segment_magic);
  return cursor;
}

void encode(const Record& record, const SegmentHeader& segment, std::uint64_t offset,
            std::uint64_t durable_offset, std::uint64_t epoch, Cursor& cursor,
            bytes::Encoder& out) {
  CHECK(record.payload.size() <= payload_size_max);
  CHECK(record.sequence == cursor.sequence + (record.type == RecordType::Command ? 1 : 0));
  CHECK(record.time >= cursor.time && epoch >= cursor.epoch);
  CHECK(durable_offset <= offset && offset < UINT32_MAX);
  const std::size_t start = out.size();
  out.put(record_magic);
  out.put(std::uint32_t{0});
  out.put(static_cast<std::uint32_t>(record.payload.size()));
  out.put(static_cast<std::uint32_t>(record.type));
  out.put(record.sequence);
  out.put(record.time.ns());
  out.put(epoch);
  out.put(static_cast<std::uint64_t>(durable_offset));
  out.put(cursor.chain.low);
  out.put(cursor.chain.high);
  const std::uint32_t seed = record_seed(segment, offset);
  out.patch(start + 4, bytes::crc32c(out.view().subspan(start + header_checked_from,
                                                        record_header_size - header_checked_from),
                                     seed));
  out.put_bytes(record.payload);
  while ((out.size() - start) % 8 != 0)
    out.put(std::uint8_t{0});
  const bytes::View linked = out.view().subspan(start + header_checked_from);
  cursor = {record.sequence, record.time, epoch, bytes::hash128(linked)};
  const std::uint32_t body = bytes::crc32c(out.view().subspan(start + record_header_size), seed);
  const std::size_t trailer = out.size();
  out.put(record.sequence);
  out.put(body);
  out.put(bytes::crc32c(out.view().subspan(trailer, 12), seed));
}

struct SegmentReader::Header {
  std::uint32_t payload_size = 0;
  RecordType type = RecordType::Command;
  std::uint64_t sequence = 0;
  base::Timestamp time;
  std::uint64_t epoch = 0;
  std::uint64_t durable_offset = 0;
  bytes::Hash128 previous_chain;
};

SegmentReader::SegmentReader(bytes::View data, const SegmentHeader& header, const Cursor& cursor,
                             std::uint64_t from)
    : data_(data), segment_(header), cursor_(cursor), at_(from) {}

std::optional<SegmentReader::Header> SegmentReader::header_at(std::uint64_t offset) const {
  if (offset + record_header_size > data_.size()) return std::nullopt;
  if (load<std::uint32_t>(data_, offset) != record_magic) return std::nullopt;
  const bytes::View checked =
      data_.subspan(offset + header_checked_from, record_header_size - header_checked_from);
  if (load<std::uint32_t>(data_, offset + 4) !=
      bytes::crc32c(checked, record_seed(segment_, offset)))
    return std::nullopt;
  bytes::Decoder in(checked);
  Header header;
  header.payload_size = in.get<std::uint32_t>();
  const auto type = in.get<std::uint32_t>();
  header.type = static_cast<RecordType>(type);
  header.sequence = in.get<std::uint64_t>();
  header.time = base::Timestamp(in.get<std::int64_t>());
  header.epoch = in.get<std::uint64_t>();
  header.durable_offset = in.get<std::uint64_t>();
  header.previous_chain.low = in.get<std::uint64_t>();
  header.previous_chain.high = in.get<std::uint64_t>();
  if (header.payload_size > payload_size_max || type < 1 || type > 2) return std::nullopt;
  return header;
}

bool SegmentReader::whole(const Header& header, std::uint64_t offset) const {
  const std::uint64_t size = record_size(header.payload_size);
  if (offset + size > data_.size()) return false;
  const std::uint32_t seed = record_seed(segment_, offset);
  const std::uint64_t trailer = offset + size - record_trailer_size;
  const bytes::View body =
      data_.subspan(offset + record_header_size, trailer - offset - record_header_size);
  return load<std::uint64_t>(data_, trailer) == header.sequence &&
         load<std::uint32_t>(data_, trailer + 8) == bytes::crc32c(body, seed) &&
         load<std::uint32_t>(data_, trailer + 12) ==
             bytes::crc32c(data_.subspan(trailer, 12), seed);
}

std::string SegmentReader::broken_order(const Header& header) const {
  const std::uint64_t step = header.type == RecordType::Command ? 1 : 0;
  if (header.previous_chain != cursor_.chain) return "a record that does not continue the chain";
  if (header.sequence != cursor_.sequence + step) return "a record with a wrong sequence";
  if (header.time < cursor_.time) return "a record with an earlier time";
  if (header.epoch < cursor_.epoch) return "a record of an earlier epoch";
  return {};
}

std::optional<StoredRecord> SegmentReader::next() {
  if (ending_.offset != 0) return std::nullopt;
  const auto header = header_at(at_);
  if (!header || !whole(*header, at_)) {
    ending_ = classify(at_);
    return std::nullopt;
  }
  if (std::string broken = broken_order(*header); !broken.empty()) {
    ending_ = {End::Damaged, at_, std::move(broken)};
    return std::nullopt;
  }
  StoredRecord record;
  record.type = header->type;
  record.sequence = header->sequence;
  record.time = header->time;
  record.payload = data_.subspan(at_ + record_header_size, header->payload_size);
  record.epoch = header->epoch;
  record.offset = at_;
  record.durable_offset = header->durable_offset;
  record.size = record_size(header->payload_size);
  record.chain = bytes::hash128(data_.subspan(
      at_ + header_checked_from, record.size - header_checked_from - record_trailer_size));
  cursor_ = {record.sequence, record.time, record.epoch, record.chain};
  at_ += record.size;
  return record;
}

// Bytes past the end of a file that was cut short count as zeros, here and below.
bool SegmentReader::zero_between(std::uint64_t from, std::uint64_t to) const {
  to = std::min<std::uint64_t>(to, data_.size());
  return from >= to || all_zero(data_.subspan(from, to - from));
}

// A sector that a crash kept from the disk still holds its old content, which is zeros. A whole
// record has no such part: it begins and ends with bytes that are not zero, and no command's
// payload fills a sector with zeros.
bool SegmentReader::has_blank_sector(std::uint64_t from, std::uint64_t to) const {
  while (from < to) {
    const std::uint64_t end = std::min(to, (from / sector_size + 1) * sector_size);
    if (zero_between(from, end)) return true;
    from = end;
  }
  return false;
}

// True when a record behind `offset` was written after `offset` had been synced.
bool SegmentReader::synced_past(std::uint64_t offset) const {
  for (std::uint64_t p = offset + 8; p + record_header_size <= data_.size(); p += 8)
    if (const auto header = header_at(p); header && header->durable_offset > offset) return true;
  return false;
}

// True when the record at `offset` was written to its end, or another one behind it.
bool SegmentReader::written_past(std::uint64_t offset) const {
  const std::uint32_t seed = record_seed(segment_, offset);
  const std::uint64_t last = offset + record_size(payload_size_max) - record_trailer_size;
  for (std::uint64_t p = offset + 8; p + record_trailer_size <= data_.size(); p += 8) {
    if (header_at(p)) return true;
    if (p < offset + record_header_size || p > last) continue;
    const auto sequence = load<std::uint64_t>(data_, p);
    const bool of_this = sequence == cursor_.sequence || sequence == cursor_.sequence + 1;
    if (of_this && load<std::uint32_t>(data_, p + 12) == bytes::crc32c(data_.subspan(p, 12), seed))
      return true;
  }
  return false;
}

Ending SegmentReader::classify(std::uint64_t offset) const {
  if (zero_between(offset, data_.size())) return {End::Clean, offset, {}};
  if (synced_past(offset)) return {End::Damaged, offset, "a record that cannot be read"};
  const auto header = header_at(offset);
  if (header) {
    const std::uint64_t end = offset + record_size(header->payload_size);
    const bool cut = end > data_.size() || has_blank_sector(offset, end) ||
                     zero_between(end - record_trailer_size, end);
    if (cut) return {End::Torn, offset, "a record whose end was not written"};
    return {End::Damaged, offset, "a record whose body cannot be read"};
  }
  if (has_blank_sector(offset, offset + record_header_size))
    return {End::Torn, offset, "a record whose beginning was not written"};
  if (written_past(offset)) return {End::Damaged, offset, "a record whose header cannot be read"};
  return {End::Torn, offset, "bytes that are no record"};
}

}  // namespace wire

#include "wire/segment.hpp"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wire {
namespace {

constexpr std::size_t segment_size = 65'536;
constexpr std::uint64_t journal_id = 0x1234567890ABCDEF;

// A segment as a journal would have left it: batches of 1, 2, 3, 4, 1, 2, ... records, then zeros.
struct Segment {
  SegmentHeader header;
  std::vector<std::uint8_t> bytes;
  std::vector<StoredRecord> records;  // payload views point into a copy that is gone: do not use
  std::vector<Cursor> before;         // the cursor before each record
  std::uint64_t end = segment_data_start;
  std::uint64_t last_batch = segment_data_start;
};

Segment make_segment(std::size_t fill, std::uint64_t number = 1) {
  Segment segment;
  Cursor cursor = journal_start(journal_id);
  segment.header = {journal_id, number, 1, 1, cursor.chain};
  bytes::Encoder out;
  encode(segment.header, out);
  std::mt19937_64 random(number);
  for (std::size_t size = 1; out.size() + 1'200 <= fill; size = size % 4 + 1) {
    const std::uint64_t durable = out.size();
    segment.last_batch = durable;
    for (std::size_t i = 0; i < size; ++i) {
      std::vector<std::uint8_t> payload(20 + random() % 180);
      for (std::uint8_t& byte : payload)
        byte = static_cast<std::uint8_t>(random() % 3);
      const bool checkpoint = random() % 16 == 0 && cursor.sequence > 0;
      Record record;
      record.type = checkpoint ? RecordType::Checkpoint : RecordType::Command;
      record.sequence = cursor.sequence + (checkpoint ? 0 : 1);
      record.time = base::Timestamp(1'000 + static_cast<std::int64_t>(cursor.sequence) * 10);
      record.payload = payload;
      segment.before.push_back(cursor);
      encode(record, segment.header, out.size(), durable, 1, cursor, out);
    }
  }
  segment.end = out.size();
  segment.bytes.assign(out.view().begin(), out.view().end());
  segment.bytes.resize(segment_size);
  SegmentReader reader(segment.bytes, segment.header, segment.before.front());
  while (const auto record = reader.next())
    segment.records.push_back(*record);
  EXPECT_EQ(reader.ending().end, End::Clean);
  EXPECT_EQ(reader.ending().offset, segment.end);
  EXPECT_EQ(segment.records.size(), segment.before.size());
  return segment;
}

struct Outcome {
  End end;
  std::uint64_t offset;
  std::size_t records;
};
Outcome read_all(const Segment& segment, bytes::View data) {
  SegmentReader reader(data, segment.header, segment.before.front());
  std::size_t count = 0;
  while (reader.next())
    ++count;
  return {reader.ending().end, reader.ending().offset, count};
}

TEST(SegmentHeader, ComesBackAsItWasWritten) {
  const SegmentHeader header{7, 12, 1'000, 3, {1, 2}};
  bytes::Encoder out;
  encode(header, out);
  ASSERT_EQ(out.size(), segment_data_start);
  const HeaderReading reading = read_segment_header(out.view());
  EXPECT_EQ(reading.state, HeaderState::Whole);
  EXPECT_FALSE(reading.one_copy_blank);
  EXPECT_EQ(reading.header, header);
}

TEST(SegmentHeader, ToleratesOneCopyLostInACrashAndNothingElse) {
  bytes::Encoder out;
  encode(SegmentHeader{7, 12, 1'000, 3, {1, 2}}, out);
  std::vector<std::uint8_t> data(out.view().begin(), out.view().end());
  std::fill_n(data.begin(), sector_size, 0);
  EXPECT_EQ(read_segment_header(data).state, HeaderState::Whole);
  EXPECT_TRUE(read_segment_header(data).one_copy_blank);
  data[700] ^= 1;
  EXPECT_EQ(read_segment_header(data).state, HeaderState::Damaged);
  EXPECT_EQ(read_segment_header(std::vector<std::uint8_t>(4'096)).state, HeaderState::Blank);
  EXPECT_EQ(read_segment_header({}).state, HeaderState::Blank);
}

TEST(SegmentReader, ReadsBackEveryFieldAndPayload) {
  Cursor cursor = journal_start(1);
  const SegmentHeader header{1, 1, 1, 4, cursor.chain};
  bytes::Encoder out;
  encode(header, out);
  const Cursor start = cursor;
  Record record{RecordType::Command, 1, base::Timestamp(99), bytes::view("an order")};
  encode(record, header, out.size(), out.size(), 4, cursor, out);
  record = {RecordType::Checkpoint, 1, base::Timestamp(99), bytes::view("")};
  encode(record, header, out.size(), out.size(), 4, cursor, out);
  SegmentReader reader(out.view(), header, start);
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, RecordType::Command);
  EXPECT_EQ(first->sequence, 1U);
  EXPECT_EQ(first->time, base::Timestamp(99));
  EXPECT_EQ(first->epoch, 4U);
  EXPECT_EQ(first->size, record_size(8));
  EXPECT_TRUE(std::ranges::equal(first->payload, bytes::view("an order")));
  const auto second = reader.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->type, RecordType::Checkpoint);
  EXPECT_TRUE(second->payload.empty());
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.ending().end, End::Clean);
  EXPECT_EQ(reader.cursor(), cursor);
}

// R4: every single bit of a 64 KiB segment, 524,288 cases. Each read begins at the record that was
// changed, since those before it are as they were.
TEST(SegmentReader, FindsEveryFlippedBit) {
  const Segment segment = make_segment(segment_size);
  ASSERT_GT(segment.end, segment_size - 1'500);
  std::vector<std::uint8_t> data = segment.bytes;
  std::size_t undetected = 0;
  std::size_t lost = 0;
  std::size_t index = 0;
  for (std::size_t bit = 0; bit < segment_size * 8; ++bit) {
    const std::size_t byte = bit / 8;
    data[byte] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    if (byte < segment_data_start) {
      undetected += read_segment_header(data).state != HeaderState::Damaged;
    } else {
      while (index + 1 < segment.records.size() && segment.records[index + 1].offset <= byte)
        ++index;
      SegmentReader reader(data, segment.header, segment.before[index],
                           segment.records[index].offset);
      std::size_t read = index;
      while (reader.next())
        ++read;
      if (byte < segment.end) {
        undetected += reader.ending().end != End::Damaged;
      } else {  // free space: noticed, and nothing may be lost for it
        undetected += reader.ending().end != End::Torn;
        lost += read != segment.records.size();
      }
    }
    data[byte] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
  EXPECT_EQ(undetected, 0U);
  EXPECT_EQ(lost, 0U);
}

TEST(SegmentReader, NamesTheDamagedRecordWhenReadFromTheStart) {
  const Segment segment = make_segment(segment_size / 2);
  std::mt19937_64 random(5);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::uint8_t> data = segment.bytes;
    const std::size_t at = segment_data_start + random() % (segment.end - segment_data_start);
    data[at] ^= static_cast<std::uint8_t>(1U << (random() % 8));
    const Outcome outcome = read_all(segment, data);
    ASSERT_EQ(outcome.end, End::Damaged) << at;
    const StoredRecord& record = segment.records[outcome.records];
    ASSERT_EQ(outcome.offset, record.offset);
    ASSERT_LE(record.offset, at);
    ASSERT_LT(at, record.offset + record.size);
  }
}

TEST(SegmentReader, FindsLostAndSwappedSectorsInTheBody) {
  const Segment segment = make_segment(segment_size / 2);
  const std::size_t last = segment.last_batch / sector_size;
  for (std::size_t number = segment_data_start / sector_size; number < last; ++number) {
    std::vector<std::uint8_t> data = segment.bytes;
    std::fill_n(data.begin() + static_cast<std::ptrdiff_t>(number * sector_size), sector_size, 0);
    ASSERT_EQ(read_all(segment, data).end, End::Damaged) << "lost sector " << number;
    data = segment.bytes;
    const auto a = data.begin() + static_cast<std::ptrdiff_t>(number * sector_size);
    if (number + 1 == last) continue;
    std::swap_ranges(a, a + sector_size, a + sector_size);
    ASSERT_EQ(read_all(segment, data).end, End::Damaged) << "swapped sector " << number;
  }
}

// R3: a file cut at every byte of its last four records.
TEST(SegmentReader, TakesACutFileAsATornTail) {
  const Segment segment = make_segment(segment_size / 2);
  const std::size_t count = segment.records.size();
  for (std::uint64_t cut = segment.records[count - 4].offset; cut < segment.end; ++cut) {
    std::size_t whole = count - 4;
    while (segment.records[whole].offset + segment.records[whole].size <= cut)
      ++whole;
    const Outcome outcome = read_all(segment, bytes::View(segment.bytes).first(cut));
    ASSERT_EQ(outcome.records, whole) << cut;
    ASSERT_NE(outcome.end, End::Damaged) << cut;
    ASSERT_EQ(outcome.offset, segment.records[whole].offset);
  }
}

TEST(SegmentReader, DropsRandomAndRecycledTails) {
  const Segment segment = make_segment(segment_size / 2);
  const Segment other = make_segment(segment_size, 2);
  std::mt19937_64 random(9);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint8_t> data = segment.bytes;
    data.resize(segment.end);
    for (int i = 0; i < 65'536; ++i)
      data.push_back(static_cast<std::uint8_t>(random()));
    const Outcome outcome = read_all(segment, data);
    ASSERT_EQ(outcome.end, End::Torn);
    ASSERT_EQ(outcome.records, segment.records.size());
  }
  for (const Segment* recycled : {&segment, &other}) {
    for (std::size_t from : {std::size_t{0}, segment_data_start, std::size_t{4'096}}) {
      std::vector<std::uint8_t> data = segment.bytes;
      data.resize(segment.end);
      data.insert(data.end(), recycled->bytes.begin() + static_cast<std::ptrdiff_t>(from),
                  recycled->bytes.end());
      const Outcome outcome = read_all(segment, data);
      ASSERT_EQ(outcome.end, End::Torn);
      ASSERT_EQ(outcome.records, segment.records.size());
    }
  }
}

// A crash during the last write keeps any of its sectors and drops the others.
TEST(SegmentReader, TakesAnyMixOfWrittenSectorsOfTheLastBatchAsTorn) {
  Segment segment = make_segment(segment_size / 2);
  std::mt19937_64 random(11);
  const std::size_t first = segment.last_batch / sector_size;
  const std::size_t last = (segment.end - 1) / sector_size;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint8_t> data = segment.bytes;
    for (std::size_t number = first; number <= last; ++number) {
      if (random() % 2 == 0) continue;
      const std::size_t from = std::max<std::size_t>(number * sector_size, segment.last_batch);
      const std::size_t to = std::min<std::size_t>((number + 1) * sector_size, segment.end);
      std::fill(data.begin() + static_cast<std::ptrdiff_t>(from),
                data.begin() + static_cast<std::ptrdiff_t>(to), 0);
    }
    const Outcome outcome = read_all(segment, data);
    ASSERT_NE(outcome.end, End::Damaged);
    ASSERT_GE(outcome.offset, segment.last_batch);
  }
}

TEST(SegmentReader, SurvivesRandomBytes) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint8_t> data(random() % 8'192);
    for (std::uint8_t& byte : data)
      byte = static_cast<std::uint8_t>(random());
    read_segment_header(data);
    SegmentReader reader(data, SegmentHeader{}, Cursor{});
    EXPECT_FALSE(reader.next());
  }
}

}  // namespace
}  // namespace wire

#include <algorithm>

#include "base/check.hpp"
#include "wire/segment.hpp"

// Any bytes as a segment: the reader ends, and what it calls a record lies inside the data.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes::View view(data, size);
  const wire::HeaderReading reading = wire::read_segment_header(view);
  const wire::SegmentHeader header =
      reading.state == wire::HeaderState::Whole ? reading.header : wire::SegmentHeader{};
  wire::Cursor cursor;
  cursor.sequence = header.first_sequence - 1;
  cursor.chain = header.previous_chain;
  wire::SegmentReader reader(view, header, cursor);
  std::uint64_t end = wire::segment_data_start;
  while (const auto record = reader.next()) {
    CHECK(record->offset == end && record->offset + record->size <= size);
    end = record->offset + record->size;
  }
  CHECK(reader.ending().offset == end);
  return 0;
}

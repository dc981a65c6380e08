#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bytes/checksum.hpp"

// Little-endian encoding of durable formats. The Encoder appends to a buffer it owns; the Decoder
// never reads past its view: after the first failed read `ok()` is false and every further read
// yields zero, so a format reads straight through and checks once at the end.

namespace bytes {

static_assert(std::endian::native == std::endian::little);

template <class T>
concept Scalar = std::integral<T> || std::same_as<T, __int128>;

class Encoder {
 public:
  template <Scalar T>
  void put(T value) {
    const std::size_t at = buffer_.size();
    buffer_.resize(at + sizeof value);
    std::memcpy(buffer_.data() + at, &value, sizeof value);
  }
  void put_bytes(View data) { buffer_.insert(buffer_.end(), data.begin(), data.end()); }
  // Length as 32 bits, then the bytes.
  void put_text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    put_bytes(bytes::view(text));
  }
  // Overwrites a value written earlier, for lengths that are known only afterwards.
  template <Scalar T>
  void patch(std::size_t at, T value) {
    std::memcpy(buffer_.data() + at, &value, sizeof value);
  }

  [[nodiscard]] std::size_t size() const { return buffer_.size(); }
  [[nodiscard]] View view() const { return buffer_; }
  void clear() { buffer_.clear(); }
  void reserve(std::size_t size) { buffer_.reserve(size); }

 private:
  std::vector<std::uint8_t> buffer_;
};

class Decoder {
 public:
  explicit Decoder(View data) : data_(data) {}

  template <Scalar T>
  T get() {
    T value{};
    if (!take(sizeof value)) return value;
    std::memcpy(&value, data_.data() + at_ - sizeof value, sizeof value);
    return value;
  }
  View get_bytes(std::size_t size) {
    if (!take(size)) return {};
    return data_.subspan(at_ - size, size);
  }
  std::string_view get_text() {
    const View data = get_bytes(get<std::uint32_t>());
    return {reinterpret_cast<const char*>(data.data()), data.size()};
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return at_ == data_.size(); }
  [[nodiscard]] std::size_t remaining() const { return data_.size() - at_; }
  // For values that are well-formed bytes but not allowed by the format.
  void reject() { ok_ = false; }

 private:
  bool take(std::size_t size) {
    if (!ok_ || size > remaining()) {
      ok_ = false;
      return false;
    }
    at_ += size;
    return true;
  }

  View data_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace bytes

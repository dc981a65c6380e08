#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <type_traits>

#include "base/check.hpp"

// Fixed-capacity storage for pools addressed by index. The whole capacity is reserved at once and
// starts as zero bytes; the operating system gives memory only to the pages that are used, so a
// large capacity costs nothing until it is filled, and nothing is ever allocated afterwards.
// Elements are plain values; their owner assigns one before reading it. They start on a cache line,
// so that elements of whole lines straddle none.

namespace containers {

template <class T>
class LazyArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit LazyArray(std::size_t size) : size_(size) {
    CHECK(size <= (SIZE_MAX - line_bytes) / sizeof(T));
    std::size_t bytes = size * sizeof(T) + line_bytes;
    memory_.reset(std::calloc(1, bytes));
    CHECK(memory_ != nullptr);
    void* start = memory_.get();
    data_ = static_cast<T*>(std::align(line_bytes, size * sizeof(T), start, bytes));
  }
  LazyArray(LazyArray&&) noexcept = default;
  LazyArray& operator=(LazyArray&&) noexcept = default;

  [[nodiscard]] std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  static constexpr std::size_t line_bytes = 64;
  static_assert(alignof(T) <= line_bytes);
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<void, Free> memory_;
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace containers

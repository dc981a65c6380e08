#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <type_traits>

#include "base/check.hpp"

// Fixed-capacity storage for pools addressed by index. The whole capacity is reserved at once and
// starts as zero bytes; the operating system gives memory only to the pages that are used, so a
// large capacity costs nothing until it is filled, and nothing is ever allocated afterwards.
// Elements are plain values; their owner assigns one before reading it.

namespace containers {

template <class T>
class LazyArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  explicit LazyArray(std::size_t size)
      : data_(static_cast<T*>(std::calloc(size == 0 ? 1 : size, sizeof(T)))), size_(size) {
    CHECK(data_ != nullptr);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(T* data) const { std::free(static_cast<void*>(data)); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace containers

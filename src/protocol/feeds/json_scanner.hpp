#pragma once

#include <cstddef>
#include <string_view>

namespace feeds {

// Walks through one JSON text without building a tree: feed lines are read at replay speed, a few
// members of each matter. Views point into the text and keep its escapes. After the first thing
// that is not JSON, ok() is false and every call returns nothing, so a reader checks once at the
// end. Nesting beyond depth_max is refused.
class JsonScanner {
 public:
  static constexpr int depth_max = 16;

  explicit JsonScanner(std::string_view text) : text_(text) {}

  // Enters an object or a list; then call next_member() or next_item() until it returns false.
  bool open_object() { return open('{'); }
  bool open_list() { return open('['); }
  bool next_member(std::string_view& name);
  bool next_item() { return next(']'); }

  // The first character of the value that comes next; '\0' at the end.
  char peek();
  std::string_view string();
  std::string_view number();  // digits, sign, point and exponent, unchecked beyond that
  bool boolean();
  void skip();  // any value

  // True when the text was JSON so far; at_end() also that nothing but space follows.
  [[nodiscard]] bool ok() const { return ok_; }
  bool at_end();

 private:
  bool open(char bracket);
  bool next(char close);
  bool take(std::string_view word);
  void fail() { ok_ = false; }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool first_ = false;
  bool ok_ = true;
};

}  // namespace feeds

#include "feeds/json_scanner.hpp"

namespace feeds {

char JsonScanner::peek() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return ok_ ? c : '\0';
    ++at_;
  }
  return '\0';
}

bool JsonScanner::open(char bracket) {
  if (peek() != bracket || ++depth_ > depth_max) fail();
  if (!ok_) return false;
  ++at_;
  first_ = true;
  return true;
}

bool JsonScanner::next(char close) {
  const char c = peek();
  if (c == close) {
    ++at_;
    --depth_;
    first_ = false;
    return false;
  }
  if (first_) {
    first_ = false;
    return ok_;
  }
  if (c != ',') fail();
  if (!ok_) return false;
  ++at_;
  if (peek() == close) fail();
  return ok_;
}

bool JsonScanner::next_member(std::string_view& name) {
  if (!next('}')) return false;
  name = string();
  if (peek() != ':') fail();
  if (!ok_) return false;
  ++at_;
  return true;
}

std::string_view JsonScanner::string() {
  if (peek() != '"') fail();
  if (!ok_) return {};
  const std::size_t begin = ++at_;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '"') return text_.substr(begin, at_++ - begin);
    if (static_cast<unsigned char>(c) < 0x20) break;
    if (c == '\\') ++at_;
  }
  fail();
  return {};
}

std::string_view JsonScanner::number() {
  peek();
  const std::size_t begin = at_;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    const bool part =
        (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
    if (!part) break;
  }
  if (at_ == begin) fail();
  return ok_ ? text_.substr(begin, at_ - begin) : std::string_view();
}

bool JsonScanner::take(std::string_view word) {
  if (!ok_ || text_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

bool JsonScanner::boolean() {
  peek();
  if (take("true")) return true;
  if (!take("false")) fail();
  return false;
}

void JsonScanner::skip() {
  std::string_view name;
  switch (peek()) {
    case '{':
      open_object();
      while (next_member(name))
        skip();
      return;
    case '[':
      open_list();
      while (next_item())
        skip();
      return;
    case '"': string(); return;
    case 't':
    case 'f': boolean(); return;
    case 'n':
      if (!take("null")) fail();
      return;
    default: number();
  }
}

bool JsonScanner::at_end() {
  return peek() == '\0' && at_ == text_.size();
}

}  // namespace feeds

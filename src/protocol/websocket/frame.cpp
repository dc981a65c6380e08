#include "websocket/frame.hpp"

#include <algorithm>

namespace websocket {
namespace {

bool is_control(Opcode opcode) {
  return static_cast<std::uint8_t>(opcode) >= 8;
}

bool is_known(std::uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

// Codes a peer may send, RFC 6455 section 7.4.
bool is_close_code(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code != 1004 && code != close_none &&
         code != close_abnormal;
}

void unmask(std::string& payload, const std::uint8_t (&mask)[4]) {
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ mask[i % 4]);
  }
}

void append_header(std::string& out, Opcode opcode, std::size_t size, bool fin,
                   std::uint8_t mask_bit) {
  out += static_cast<char>((fin ? 0x80 : 0) | static_cast<std::uint8_t>(opcode));
  if (size < 126) {
    out += static_cast<char>(mask_bit | size);
    return;
  }
  const int width = size <= 0xFFFF ? 2 : 8;
  out += static_cast<char>(mask_bit | (width == 2 ? 126 : 127));
  for (int i = width - 1; i >= 0; --i) {
    out += static_cast<char>((static_cast<std::uint64_t>(size) >> (8 * i)) & 0xFF);
  }
}

// Length of the well-formed sequence at the front of `text`, RFC 3629 section 4; 0 when broken.
std::size_t sequence_length(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
  }
  const std::uint8_t second = byte_at(text, 1);
  const bool broken = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return broken ? 0 : size;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = sequence_length(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

Decoder::Decoder(Role role, std::size_t message_max) : role_(role), message_max_(message_max) {}

Decoder::Step Decoder::step(std::string_view bytes) {
  Step step;
  while (failure_ == 0) {
    const std::string_view rest = bytes.substr(step.consumed);
    const auto header = read_header(rest);
    if (!header || rest.size() - header->size < header->payload_size) break;
    std::string payload(rest.substr(header->size, header->payload_size));
    if (role_ == Role::Server) unmask(payload, header->mask);
    step.consumed += header->size + header->payload_size;
    step.message = finish_frame(*header, std::move(payload));
    if (step.message) break;
  }
  return step;
}

// Nothing when it is not whole yet or not allowed.
std::optional<Decoder::Header> Decoder::read_header(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const std::uint8_t first = byte_at(bytes, 0);
  const std::uint8_t second = byte_at(bytes, 1);
  if (!header_allowed(first, second)) return std::nullopt;
  Header header{};
  header.fin = (first & 0x80) != 0;
  header.opcode = static_cast<Opcode>(first & 0x0F);
  const std::uint8_t short_size = second & 0x7F;
  const std::size_t width = short_size == 126 ? 2 : short_size == 127 ? 8 : 0;
  const std::size_t mask_size = role_ == Role::Server ? 4 : 0;
  if (bytes.size() < 2 + width) return std::nullopt;
  header.payload_size = width == 0 ? short_size : 0;
  for (std::size_t i = 0; i < width; ++i) {
    header.payload_size = header.payload_size << 8 | byte_at(bytes, 2 + i);
  }
  if (!size_allowed(header)) return std::nullopt;
  header.size = 2 + width + mask_size;
  if (bytes.size() < header.size) return std::nullopt;
  for (std::size_t i = 0; i < mask_size; ++i)
    header.mask[i] = byte_at(bytes, 2 + width + i);
  return header;
}

bool Decoder::header_allowed(std::uint8_t first, std::uint8_t second) {
  const bool fin = (first & 0x80) != 0;
  const auto opcode = static_cast<Opcode>(first & 0x0F);
  if ((first & 0x70) != 0) {
    fail(close_protocol_error, "reserved bits are set");
  } else if (!is_known(first & 0x0F)) {
    fail(close_protocol_error, "unknown opcode");
  } else if (((second & 0x80) != 0) != (role_ == Role::Server)) {
    fail(close_protocol_error, role_ == Role::Server ? "client frames must be masked"
                                                     : "server frames must not be masked");
  } else if (is_control(opcode) && (!fin || (second & 0x7F) > control_bytes_max)) {
    fail(close_protocol_error, "control frames must be whole and short");
  } else if (opcode == Opcode::Continuation && !fragmented_) {
    fail(close_protocol_error, "nothing to continue");
  } else if (!is_control(opcode) && opcode != Opcode::Continuation && fragmented_) {
    fail(close_protocol_error, "a new message inside a fragmented one");
  }
  return failure_ == 0;
}

bool Decoder::size_allowed(const Header& header) {
  if (!is_control(header.opcode) && header.payload_size > message_max_ - fragments_.size()) {
    fail(close_too_big, "message too big");
    return false;
  }
  return true;
}

std::optional<Message> Decoder::finish_frame(const Header& header, std::string payload) {
  if (header.opcode == Opcode::Close) return finish_close(std::move(payload));
  if (is_control(header.opcode)) return Message{header.opcode, std::move(payload)};
  if (!header.fin) {
    if (!fragmented_) fragment_opcode_ = header.opcode;
    fragmented_ = true;
    fragments_ += payload;
    return std::nullopt;
  }
  Message message{header.opcode, std::move(payload)};
  if (fragmented_) {
    message.opcode = fragment_opcode_;
    fragments_ += message.payload;
    message.payload = std::move(fragments_);
    fragments_.clear();
    fragmented_ = false;
  }
  if (message.opcode == Opcode::Text && !is_utf8(message.payload)) {
    fail(close_bad_text, "text is not UTF-8");
    return std::nullopt;
  }
  return message;
}

std::optional<Message> Decoder::finish_close(std::string payload) {
  Message message{Opcode::Close, {}};
  if (payload.empty()) return message;
  if (payload.size() < 2) {
    fail(close_protocol_error, "a close code has two bytes");
    return std::nullopt;
  }
  message.close_code = static_cast<std::uint16_t>(byte_at(payload, 0) << 8 | byte_at(payload, 1));
  message.payload = payload.substr(2);
  if (!is_close_code(message.close_code)) {
    fail(close_protocol_error, "close code not allowed");
    return std::nullopt;
  }
  if (!is_utf8(message.payload)) {
    fail(close_bad_text, "close reason is not UTF-8");
    return std::nullopt;
  }
  return message;
}

void Decoder::fail(std::uint16_t code, const char* reason) {
  failure_ = code;
  failure_reason_ = reason;
  fragments_.clear();
}

std::string encode_frame(Opcode opcode, std::string_view payload) {
  std::string out;
  out.reserve(payload.size() + 10);
  append_header(out, opcode, payload.size(), true, 0);
  out += payload;
  return out;
}

std::string encode_masked_frame(Opcode opcode, std::string_view payload, std::uint32_t mask_key,
                                bool fin) {
  std::string out;
  out.reserve(payload.size() + 14);
  append_header(out, opcode, payload.size(), fin, 0x80);
  std::uint8_t mask[4];
  for (int i = 0; i < 4; ++i)
    mask[i] = static_cast<std::uint8_t>(mask_key >> (24 - 8 * i));
  for (const std::uint8_t byte : mask)
    out += static_cast<char>(byte);
  std::string masked(payload);
  unmask(masked, mask);
  return out + masked;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string out;
  out += static_cast<char>(code >> 8);
  out += static_cast<char>(code & 0xFF);
  std::size_t size = std::min(reason.size(), control_bytes_max - 2);
  while (size > 0 && size < reason.size() && (byte_at(reason, size) & 0xC0) == 0x80)
    --size;
  out += reason.substr(0, size);
  return out;
}

}  // namespace websocket

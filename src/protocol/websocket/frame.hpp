#pragma once

// RFC 6455 without input or output: frames and messages (this header) and the opening handshake
// (handshake.hpp). net::Server feeds it bytes; tests use the client half.
//
// Guarantees: what the RFC forbids is refused with the close code it names (unmasked client frames,
// reserved bits and opcodes, broken fragmentation, oversized control frames, text that is not
// UTF-8); a message has a size limit; the same bytes give the same messages however they are split.
// Absent on purpose: sockets, timers, extensions (no compression), subprotocols.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace websocket {

enum class Opcode : std::uint8_t {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10,
};

enum class Role { Server, Client };

inline constexpr std::size_t message_bytes_max = 64 * 1024;
inline constexpr std::size_t control_bytes_max = 125;

// Close codes, RFC 6455 section 7.4.1.
inline constexpr std::uint16_t close_normal = 1000;
inline constexpr std::uint16_t close_going_away = 1001;
inline constexpr std::uint16_t close_protocol_error = 1002;
inline constexpr std::uint16_t close_unsupported = 1003;
inline constexpr std::uint16_t close_none = 1005;      // never sent: the peer gave no code
inline constexpr std::uint16_t close_abnormal = 1006;  // never sent: the connection just ended
inline constexpr std::uint16_t close_bad_text = 1007;
inline constexpr std::uint16_t close_policy = 1008;
inline constexpr std::uint16_t close_too_big = 1009;
inline constexpr std::uint16_t close_internal = 1011;
inline constexpr std::uint16_t close_try_again = 1013;

struct Message {
  Opcode opcode = Opcode::Text;  // Text, Binary, Close, Ping or Pong; fragments are joined
  std::string payload;           // for Close: the reason text
  std::uint16_t close_code = close_none;
};

// Reads messages as `role` receives them: a server demands masked frames, a client unmasked ones.
class Decoder {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::optional<Message> message;
  };

  explicit Decoder(Role role, std::size_t message_max = message_bytes_max);

  // Uses bytes up to and including the next whole message. Bytes not consumed are to be presented
  // again, with more behind them. No message and nothing failed: more bytes are needed.
  Step step(std::string_view bytes);

  // The close code to answer with once the peer broke a rule; 0 while all is well. After a failure
  // step() does nothing.
  [[nodiscard]] std::uint16_t failure() const { return failure_; }
  [[nodiscard]] const char* failure_reason() const { return failure_reason_; }

 private:
  struct Header {
    bool fin;
    Opcode opcode;
    std::size_t size;  // of the header itself
    std::uint64_t payload_size;
    std::uint8_t mask[4];
  };
  std::optional<Header> read_header(std::string_view bytes);
  bool header_allowed(std::uint8_t first, std::uint8_t second);
  bool size_allowed(const Header& header);
  std::optional<Message> finish_frame(const Header& header, std::string payload);
  std::optional<Message> finish_close(std::string payload);
  void fail(std::uint16_t code, const char* reason);

  Role role_;
  std::size_t message_max_;
  std::uint16_t failure_ = 0;
  const char* failure_reason_ = "";
  bool fragmented_ = false;
  Opcode fragment_opcode_ = Opcode::Text;
  std::string fragments_;
};

// One unmasked frame with FIN, as a server sends it.
std::string encode_frame(Opcode opcode, std::string_view payload);
// One masked frame, as a client must send it. `fin` false starts or continues a fragmented message.
std::string encode_masked_frame(Opcode opcode, std::string_view payload, std::uint32_t mask_key,
                                bool fin = true);
// The payload of a Close frame; the reason is cut to what a control frame holds.
std::string close_payload(std::uint16_t code, std::string_view reason);

// True for well-formed UTF-8 without surrogates and overlong forms.
bool is_utf8(std::string_view text);

}  // namespace websocket

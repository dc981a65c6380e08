#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace net {

class Loop;

// Who is told when a socket can be read or written; kept alive while it waits.
class SocketOwner {
 public:
  virtual ~SocketOwner() = default;
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;
};

enum class Transfer { Done, WouldBlock, Ended };

struct Transferred {
  Transfer state = Transfer::WouldBlock;
  std::size_t bytes = 0;
};

// A connected, non-blocking TCP socket that belongs to one loop. All calls on the loop's thread.
class Socket {
 public:
  class Native;
  explicit Socket(std::unique_ptr<Native> native);
  ~Socket();

  Transferred read(char* into, std::size_t size);
  Transferred write(std::span<const std::string_view> parts);
  void wait_readable(std::shared_ptr<SocketOwner> owner);
  void wait_writable(std::shared_ptr<SocketOwner> owner);
  void shutdown_write();
  void close();
  [[nodiscard]] const std::string& remote_address() const { return remote_address_; }

 private:
  std::unique_ptr<Native> native_;
  std::string remote_address_;
};

class AcceptOwner {
 public:
  virtual ~AcceptOwner() = default;
  // Where the next accepted connection is to live.
  virtual std::shared_ptr<Loop> next_loop() = 0;
  // On the acceptor's loop; hand it to its own loop by post().
  virtual void on_accept(std::shared_ptr<Loop> loop, std::unique_ptr<Socket> socket) = 0;
  // The system refused (out of file descriptors or memory); accepting goes on shortly after.
  virtual void on_accept_refused(const std::string& why) = 0;
};

// A listening socket. close() on the loop's thread; `owner` outlives the loop's run.
class Acceptor {
 public:
  // Errors: listen_failed.
  static base::Result<std::unique_ptr<Acceptor>> open(std::shared_ptr<Loop> loop,
                                                      const std::string& address,
                                                      std::uint16_t port, AcceptOwner& owner);
  ~Acceptor();
  void start();
  void close();
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Native;
  explicit Acceptor(std::shared_ptr<Native> native);
  std::shared_ptr<Native> native_;
};

}  // namespace net

// A registry far away, where the kernel has no netem:
//   distance PORT TO_PORT MILLISECONDS    relays 127.0.0.1:PORT to 127.0.0.1:TO_PORT
// What one side says reaches the other half of that time later, and a connection is of use after a
// whole round trip, as a handshake takes. It is as broad as it is long: nothing is lost, and up to
// 16 MiB each way are under way (as root; otherwise what the system lets a pipe hold). They wait in
// a pipe and are never copied, for the processors are the registry's. One thread.

#include <boost/asio.hpp>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

constexpr int most_under_way = 16 << 20;        ///< bytes
constexpr std::size_t most_at_once = 256 << 10; ///< bytes

/// Bytes on their way from one socket to another.
class pipe {
public:
  pipe() {
    if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0)
      throw std::system_error{errno, std::generic_category(), "pipe"};
    ::fcntl(ends_[1], F_SETPIPE_SZ, most_under_way);
  }
  ~pipe() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  pipe(const pipe&) = delete;
  pipe& operator=(const pipe&) = delete;

  /// @returns bytes moved; 0: there are no more; negative: not now (EAGAIN), or not any more
  ssize_t fill(int from) {
    return ::splice(from, nullptr, ends_[1], nullptr, most_at_once, SPLICE_F_NONBLOCK);
  }
  ssize_t drain(int to, std::size_t bytes) {
    return ::splice(ends_[0], nullptr, to, nullptr, bytes, SPLICE_F_NONBLOCK);
  }

private:
  int ends_[2];
};

/// One direction of a connection. Keeps both sockets while anything is under way.
class lane : public std::enable_shared_from_this<lane> {
public:
  lane(std::shared_ptr<tcp::socket> from, std::shared_ptr<tcp::socket> to, clock::duration delay)
    : from_(std::move(from)), to_(std::move(to)), delay_(delay), timer_(from_->get_executor()) {
  }

  void read() {
    if (reading_ || ended_)
      return;
    reading_ = true;
    from_->async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code why) {
      self->reading_ = false;
      self->take(why);
    });
  }

private:
  struct parcel {
    clock::time_point due;
    std::size_t bytes; ///< none: the end
  };

  void take(error_code why) {
    const auto got = why ? 0 : pipe_.fill(from_->native_handle());
    // There are bytes, so it is the pipe that has no room: `deliver` makes some.
    if (got < 0 && errno == EAGAIN && !parcels_.empty())
      return;
    if (got < 0 && errno == EAGAIN)
      return read();
    const auto bytes = got < 0 ? 0 : static_cast<std::size_t>(got);
    ended_ = bytes == 0;
    parcels_.push_back({clock::now() + delay_, bytes});
    if (parcels_.size() == 1)
      await();
    read();
  }

  void await() {
    timer_.expires_at(parcels_.front().due);
    timer_.async_wait([self = shared_from_this()](error_code) { self->deliver(); });
  }

  void deliver() {
    auto& next = parcels_.front();
    if (next.bytes == 0) {
      error_code ignored;
      to_->shutdown(tcp::socket::shutdown_send, ignored);
      return;
    }
    const auto moved = pipe_.drain(to_->native_handle(), next.bytes);
    if (moved < 0 && errno != EAGAIN)
      return cut();
    next.bytes -= moved < 0 ? 0 : static_cast<std::size_t>(moved);
    read();
    if (next.bytes > 0)
      return to_->async_wait(tcp::socket::wait_write, [self = shared_from_this()](error_code why) {
        why ? self->cut() : self->deliver();
      });
    parcels_.pop_front();
    if (!parcels_.empty())
      await();
  }

  /// One side does not listen any more: the other need not speak.
  void cut() {
    error_code ignored;
    ended_ = true;
    from_->close(ignored);
    to_->close(ignored);
  }

  std::shared_ptr<tcp::socket> from_, to_;
  clock::duration delay_;
  asio::steady_timer timer_;
  pipe pipe_;
  std::deque<parcel> parcels_;
  bool reading_ = false;
  bool ended_ = false;
};

class relay {
public:
  relay(asio::io_context& loop, unsigned short port, unsigned short to, clock::duration round_trip)
    : loop_(loop), acceptor_(loop, {asio::ip::address_v4::loopback(), port}),
      to_(asio::ip::address_v4::loopback(), to), round_trip_(round_trip) {
    accept();
  }

private:
  void accept() {
    acceptor_.async_accept([this](error_code why, tcp::socket fresh) {
      if (!why)
        begin(std::make_shared<tcp::socket>(std::move(fresh)));
      accept();
    });
  }

  void begin(std::shared_ptr<tcp::socket> near) {
    auto far = std::make_shared<tcp::socket>(loop_);
    auto shaken = std::make_shared<asio::steady_timer>(loop_, round_trip_);
    shaken->async_wait([this, shaken, near = std::move(near), far](error_code) {
      error_code why;
      far->connect(to_, why);
      if (why)
        return;
      near->set_option(tcp::no_delay{true});
      far->set_option(tcp::no_delay{true});
      near->non_blocking(true);
      far->non_blocking(true);
      std::make_shared<lane>(near, far, round_trip_ / 2)->read();
      std::make_shared<lane>(far, near, round_trip_ / 2)->read();
    });
  }

  asio::io_context& loop_;
  tcp::acceptor acceptor_;
  tcp::endpoint to_;
  clock::duration round_trip_;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: distance PORT TO_PORT MILLISECONDS\n";
    return 2;
  }
  try {
    asio::io_context loop{1};
    const relay all{loop, static_cast<unsigned short>(std::atoi(argv[1])),
                    static_cast<unsigned short>(std::atoi(argv[2])),
                    std::chrono::milliseconds{std::atoi(argv[3])}};
    loop.run();
  } catch (const std::exception& error) {
    std::cerr << "distance: " << error.what() << "\n";
    return 1;
  }
}

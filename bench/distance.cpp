// A registry far away, where the kernel has no netem:
//   distance PORT TO_PORT MILLISECONDS    relays 127.0.0.1:PORT to 127.0.0.1:TO_PORT
// What one side says reaches the other half of that time later, and a connection is of use after a
// whole round trip, as a handshake takes. It is as broad as it is long: nothing is lost, and up to
// 16 MiB each way are under way. One thread.

#include <boost/asio.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <memory>
#include <utility>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

constexpr std::size_t most_under_way = 16 << 20; ///< bytes
constexpr std::size_t most_at_once = 64 << 10; ///< bytes, which malloc does not map anew each time

/// One direction of a connection. Keeps both sockets while anything is under way.
class lane : public std::enable_shared_from_this<lane> {
public:
  lane(std::shared_ptr<tcp::socket> from, std::shared_ptr<tcp::socket> to, clock::duration delay)
    : from_(std::move(from)), to_(std::move(to)), delay_(delay), timer_(from_->get_executor()) {
  }

  void read() {
    if (reading_ || ended_ || under_way_ >= most_under_way)
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
    std::size_t length = 0; ///< bytes; none: the end
    std::unique_ptr<char[]> bytes;
  };

  void take(error_code why) {
    parcel next{clock::now() + delay_, why ? 0 : std::min(from_->available(why), most_at_once), {}};
    if (next.length > 0) {
      next.bytes.reset(new char[next.length]); // not cleared: the processors are the registry's
      next.length = from_->read_some(asio::buffer(next.bytes.get(), next.length), why);
    }
    ended_ = next.length == 0;
    under_way_ += next.length;
    parcels_.push_back(std::move(next));
    if (parcels_.size() == 1)
      await();
    read();
  }

  void await() {
    timer_.expires_at(parcels_.front().due);
    timer_.async_wait([self = shared_from_this()](error_code) { self->deliver(); });
  }

  void deliver() {
    const auto& next = parcels_.front();
    if (next.length == 0) {
      error_code ignored;
      to_->shutdown(tcp::socket::shutdown_send, ignored);
      return;
    }
    asio::async_write(*to_, asio::buffer(next.bytes.get(), next.length),
                      [self = shared_from_this()](error_code why, std::size_t written) {
                        self->under_way_ -= written;
                        self->parcels_.pop_front();
                        if (why)
                          return self->cut();
                        if (!self->parcels_.empty())
                          self->await();
                        self->read();
                      });
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
  std::deque<parcel> parcels_;
  std::size_t under_way_ = 0; ///< bytes
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

#include "app/web_server.hpp"

#include "app/web_connection.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <list>
#include <thread>
#include <utility>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Where the process has no descriptor left and none of them is ours, accepting fails at once and
/// for as long as that lasts.
constexpr std::chrono::milliseconds pause_after_trouble{200};

} // namespace

struct web_server::impl {
  answerer answer;
  asio::io_context loop{1};
  tcp::acceptor acceptor{loop};
  asio::steady_timer pause{loop};
  std::list<std::weak_ptr<web_connection>> open; ///< the oldest first
  bool in_trouble = false;                       ///< nobody can be taken
  std::thread thread;

  explicit impl(answerer how) : answer(std::move(how)) {
  }
  error_code listen(const listen_address& at);
  void accept();
  void take(tcp::socket socket);
  void accept_later(error_code why);
  bool drop_oldest();
};

/// Of the addresses that the name has, the first that is ours and free.
error_code web_server::impl::listen(const listen_address& at) {
  error_code why;
  tcp::resolver resolver{loop};
  const auto found = resolver.resolve(at.host, std::to_string(at.port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service, why);
  for (const auto& each : found) {
    acceptor = tcp::acceptor{loop};
    acceptor.open(each.endpoint().protocol(), why);
    if (!why)
      acceptor.set_option(tcp::acceptor::reuse_address{true}, why);
    if (!why)
      acceptor.bind(each.endpoint(), why);
    if (!why)
      acceptor.listen(tcp::acceptor::max_listen_connections, why);
    if (!why)
      acceptor.non_blocking(true, why);
    if (!why)
      break;
  }
  return why;
}

/// Accepts nobody before somebody waits: where no descriptor is left, the system refuses to accept
/// whether somebody waits or not.
void web_server::impl::accept() {
  acceptor.async_wait(tcp::acceptor::wait_read, [this](error_code why) {
    if (why)
      return accept_later(why);
    tcp::socket socket{loop};
    acceptor.accept(socket, why);
    const auto is_passing
      = why == asio::error::would_block || why == asio::error::connection_aborted;
    if (!why)
      take(std::move(socket));
    else if (!is_passing && (why != asio::error::no_descriptors || !drop_oldest()))
      return accept_later(why);
    accept();
  });
}

void web_server::impl::accept_later(error_code why) {
  if (!std::exchange(in_trouble, true))
    spdlog::warn("the admin port takes nobody: {}", why.message());
  pause.expires_after(pause_after_trouble);
  pause.async_wait([this](error_code stopped) {
    if (!stopped)
      accept();
  });
}

void web_server::impl::take(tcp::socket socket) {
  in_trouble = false;
  open.remove_if([](const auto& each) { return each.expired(); });
  if (open.size() >= most_connections)
    drop_oldest();
  auto fresh = std::make_shared<web_connection>(std::move(socket), answer);
  open.push_back(fresh);
  fresh->serve();
}

/// @returns whether there was one
bool web_server::impl::drop_oldest() {
  while (!open.empty()) {
    const auto oldest = open.front().lock();
    open.pop_front();
    if (!oldest)
      continue;
    oldest->drop();
    return true;
  }
  return false;
}

web_server::web_server(std::unique_ptr<impl> ready) : impl_(std::move(ready)) {
}

web_server::~web_server() {
  impl_->loop.stop();
  impl_->thread.join();
}

protocol::result<std::unique_ptr<web_server>> web_server::start(const listen_address& at,
                                                                answerer answer) {
  auto ready = std::make_unique<impl>(std::move(answer));
  if (const auto why = ready->listen(at))
    return failure{errc::usage, why.message(),
                   "choose another address, or port 0 for any that is free"};
  ready->accept();
  ready->thread = std::thread{[&loop = ready->loop] { loop.run(); }};
  return std::unique_ptr<web_server>{new web_server{std::move(ready)}};
}

std::uint16_t web_server::port() const noexcept {
  error_code ignored;
  return impl_->acceptor.local_endpoint(ignored).port();
}

void web_server::publish(std::string event) {
  asio::post(impl_->loop,
             [home = impl_.get(), shared = std::make_shared<const std::string>(std::move(event))] {
               for (const auto& each : home->open)
                 if (auto stream = each.lock())
                   stream->publish(shared);
             });
}

} // namespace flotilla::app

#include "app/admin_server.hpp"

#include "app/host_name.hpp"
#include "protocol/text.hpp"

#include <httplib.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

constexpr std::size_t workers = 2;
constexpr time_t patience = 1; ///< seconds for a client that says nothing: nobody waits for it

/// The library's own choice lets a second process share the port, and then neither is found.
void share_no_port(int socket) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

failure malformed(const std::string& text, const std::string& flag) {
  return {errc::usage, flag + ": `" + protocol::printable(text, 100) + "` is no HOST:PORT",
          "write it like 127.0.0.1:9090, [::1]:9090 or 127.0.0.1:0 for any free port"};
}

} // namespace

protocol::result<listen_address> parse_listen_address(const std::string& text,
                                                      const std::string& flag) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return malformed(text, flag);
  listen_address at;
  at.host = text.substr(0, colon);
  const auto bracketed = at.host.front() == '[' && at.host.back() == ']' && at.host.size() > 2;
  if (bracketed)
    at.host = at.host.substr(1, at.host.size() - 2);
  if ((!bracketed && at.host.find(':') != std::string::npos)
      || at.host.find_first_of("[]/@ ") != std::string::npos)
    return malformed(text, flag);
  const auto port = protocol::whole_number<decltype(at.port)>(text.substr(colon + 1));
  if (!port)
    return malformed(text, flag);
  at.port = *port;
  return at;
}

struct admin_server::impl {
  std::shared_ptr<const metrics::exposition> series;
  httplib::Server server;
  std::string host; ///< without brackets
  int port = 0;
  std::promise<void> running; ///< only a server that runs can be stopped
  std::thread listener;

  /// Touched by any thread, under `lock`.
  struct {
    std::mutex lock;
    std::string status = "{}";
    std::string lacks;
  } shared;

  explicit impl(std::shared_ptr<const metrics::exposition> of);
  bool bind(const listen_address& at);
  void serve_readiness(httplib::Response& to);
};

admin_server::impl::impl(std::shared_ptr<const metrics::exposition> of) : series(std::move(of)) {
  server.new_task_queue = [this] { // called once, when the server runs
    running.set_value();
    return new httplib::ThreadPool(workers);
  };
  server.set_socket_options(share_no_port);
  server.set_keep_alive_max_count(1);
  server.set_keep_alive_timeout(patience);
  server.set_read_timeout(patience);
  server.set_write_timeout(patience);
  server.set_payload_max_length(0);
  server.Get("/healthz", [](const httplib::Request&, httplib::Response& to) {
    to.set_content("ok\n", "text/plain; charset=utf-8");
  });
  server.Get("/readyz",
             [this](const httplib::Request&, httplib::Response& to) { serve_readiness(to); });
  server.Get("/metrics", [this](const httplib::Request&, httplib::Response& to) {
    to.set_content(series->text(), "text/plain; version=0.0.4; charset=utf-8");
  });
  server.Get("/status", [this](const httplib::Request&, httplib::Response& to) {
    const std::lock_guard guard{shared.lock};
    to.set_content(shared.status + '\n', "application/json");
  });
}

bool admin_server::impl::bind(const listen_address& at) {
  errno = 0;
  host = at.host;
  if (at.port == 0)
    port = server.bind_to_any_port(at.host);
  else
    port = server.bind_to_port(at.host, at.port) ? at.port : -1;
  return port > 0;
}

void admin_server::impl::serve_readiness(httplib::Response& to) {
  const std::lock_guard guard{shared.lock};
  to.status = shared.lacks.empty() ? 200 : 503;
  to.set_content((shared.lacks.empty() ? "ok" : shared.lacks) + '\n', "text/plain; charset=utf-8");
}

admin_server::admin_server(std::unique_ptr<impl> ready) : impl_(std::move(ready)) {
}

admin_server::~admin_server() {
  impl_->server.stop();
  impl_->listener.join();
}

protocol::result<std::unique_ptr<admin_server>>
admin_server::start(const std::string& at, std::shared_ptr<const metrics::exposition> series) {
  auto address = parse_listen_address(at);
  if (!address)
    return address.error();
  auto ready = std::make_unique<impl>(std::move(series));
  if (!ready->bind(*address)) {
    const auto why
      = errno == 0 ? "no address of this machine" : std::generic_category().message(errno);
    return failure{errc::usage,
                   "--admin: cannot listen on " + protocol::printable(at, 100) + ": " + why,
                   "choose another address, or port 0 for any that is free"};
  }
  ready->listener = std::thread{[&server = ready->server] { server.listen_after_bind(); }};
  ready->running.get_future().wait();
  spdlog::info("metrics and status are served on http://{}:{}", at.substr(0, at.rfind(':')),
               ready->port);
  return std::unique_ptr<admin_server>{new admin_server{std::move(ready)}};
}

std::uint16_t admin_server::port() const noexcept {
  return static_cast<std::uint16_t>(impl_->port);
}

std::string admin_server::address() const {
  const auto everywhere = impl_->host == "0.0.0.0" || impl_->host == "::";
  const auto host = everywhere ? host_name() : impl_->host;
  const auto is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(impl_->port);
}

void admin_server::set_status(std::string json) {
  const std::lock_guard guard{impl_->shared.lock};
  impl_->shared.status = std::move(json);
}

void admin_server::set_readiness(std::string lacks) {
  const std::lock_guard guard{impl_->shared.lock};
  impl_->shared.lacks = std::move(lacks);
}

} // namespace flotilla::app

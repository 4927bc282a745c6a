#include "app/admin_server.hpp"

#include "app/progress.hpp"
#include "app/report.hpp"
#include "app/version.hpp"
#include "metrics/push_metrics.hpp"
#include "protocol/text.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>
#include <prometheus/text_serializer.h>
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

#ifdef __clang__
constexpr const char* compiler = __VERSION__; // names itself
#else
constexpr const char* compiler = "GCC " __VERSION__;
#endif
constexpr std::size_t workers = 2;
constexpr time_t patience = 1; ///< seconds for a client that says nothing: nobody waits for it

metrics::push_numbers numbers_of(const actors::push_status& status) {
  metrics::push_numbers numbers;
  numbers.present_blobs = status.present.blobs;
  numbers.mounted_blobs = status.mounted.blobs;
  numbers.uploaded_blobs = status.uploaded.blobs;
  numbers.resumed_blobs = status.resumed.blobs;
  numbers.sent_bytes = status.sent_bytes;
  numbers.resent_bytes = status.resent_bytes;
  numbers.plan_bytes = status.total.bytes;
  numbers.done_bytes = done_bytes(status);
  for (const auto& retry : status.retries)
    numbers.retries.emplace_back(retry.reason, retry.count);
  return numbers;
}

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
  prometheus::Registry registry;
  metrics::push_metrics push{registry, {std::string{program_version}, compiler}};
  httplib::Server server;
  int port = 0;
  std::promise<void> running; ///< only a server that runs can be stopped
  std::thread listener;

  /// Touched by any thread, under `lock`.
  struct {
    std::mutex lock;
    std::string status = render(progress_event({}));
  } shared;

  impl();
  bool bind(const listen_address& at);
  void serve_metrics(httplib::Response& to) const;
};

admin_server::impl::impl() {
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
  server.Get("/metrics",
             [this](const httplib::Request&, httplib::Response& to) { serve_metrics(to); });
  server.Get("/status", [this](const httplib::Request&, httplib::Response& to) {
    const std::lock_guard guard{shared.lock};
    to.set_content(shared.status + '\n', "application/json");
  });
}

bool admin_server::impl::bind(const listen_address& at) {
  errno = 0;
  if (at.port == 0)
    port = server.bind_to_any_port(at.host);
  else
    port = server.bind_to_port(at.host, at.port) ? at.port : -1;
  return port > 0;
}

void admin_server::impl::serve_metrics(httplib::Response& to) const {
  to.set_content(prometheus::TextSerializer{}.Serialize(registry.Collect()),
                 "text/plain; version=0.0.4; charset=utf-8");
}

admin_server::admin_server(std::unique_ptr<impl> ready) : impl_(std::move(ready)) {
}

admin_server::~admin_server() {
  impl_->server.stop();
  impl_->listener.join();
}

protocol::result<std::unique_ptr<admin_server>> admin_server::start(const std::string& at) {
  auto address = parse_listen_address(at);
  if (!address)
    return address.error();
  auto ready = std::make_unique<impl>();
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

void admin_server::update(const actors::push_status& status) {
  impl_->push.update(numbers_of(status));
  auto text = render(progress_event(status));
  const std::lock_guard guard{impl_->shared.lock};
  impl_->shared.status = std::move(text);
}

void admin_server::conclude(const actors::push_report& report) {
  update(report.last);
  impl_->push.ended(report.last.seconds);
}

} // namespace flotilla::app

#include "app/admin_server.hpp"

#include "app/host_name.hpp"
#include "protocol/text.hpp"

#include <spdlog/spdlog.h>

#include <mutex>
#include <utility>

namespace flotilla::app {

using protocol::failure;

struct admin_server::impl {
  std::shared_ptr<const metrics::exposition> series;
  extension more;   ///< may be none
  std::string host; ///< without brackets

  /// Touched by any thread, under `lock`.
  struct {
    std::mutex lock;
    std::string status = "{}";
    std::string lacks;
  } shared;
  std::unique_ptr<web_server> server; ///< last: its thread uses the rest

  web_answer answer(const web_request& to);
  web_answer readiness();
  web_answer status();
};

web_answer admin_server::impl::answer(const web_request& to) {
  if (to.path == "/healthz")
    return text_answer(200, "ok");
  if (to.path == "/readyz")
    return readiness();
  if (to.path == "/metrics")
    return {200, "text/plain; version=0.0.4; charset=utf-8", series->text()};
  if (to.path == "/status")
    return status();
  if (more)
    if (auto answer = more(to))
      return *std::move(answer);
  return text_answer(404, "there are /metrics, /status, /healthz and /readyz");
}

web_answer admin_server::impl::readiness() {
  const std::lock_guard guard{shared.lock};
  return shared.lacks.empty() ? text_answer(200, "ok") : text_answer(503, shared.lacks);
}

web_answer admin_server::impl::status() {
  const std::lock_guard guard{shared.lock};
  return {200, "application/json", shared.status + '\n'};
}

admin_server::admin_server(std::unique_ptr<impl> ready) : impl_(std::move(ready)) {
}

admin_server::~admin_server() = default;

protocol::result<std::unique_ptr<admin_server>>
admin_server::start(const std::string& at, std::shared_ptr<const metrics::exposition> series,
                    extension more) {
  auto address = parse_listen_address(at);
  if (!address)
    return address.error();
  auto ready = std::make_unique<impl>();
  ready->series = std::move(series);
  ready->more = std::move(more);
  ready->host = address->host;
  auto server = web_server::start(
    *address, [home = ready.get()](const web_request& to) { return home->answer(to); });
  if (!server)
    return failure{server.error().code,
                   "--admin: cannot listen on " + protocol::printable(at, 100) + ": "
                     + server.error().message,
                   server.error().hint};
  ready->server = std::move(*server);
  spdlog::info("metrics and status are served on http://{}:{}", at.substr(0, at.rfind(':')),
               ready->server->port());
  return std::unique_ptr<admin_server>{new admin_server{std::move(ready)}};
}

std::uint16_t admin_server::port() const noexcept {
  return impl_->server->port();
}

std::string admin_server::address() const {
  const auto everywhere = impl_->host == "0.0.0.0" || impl_->host == "::";
  const auto host = everywhere ? host_name() : impl_->host;
  const auto is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port());
}

void admin_server::set_status(std::string json) {
  const std::lock_guard guard{impl_->shared.lock};
  impl_->shared.status = std::move(json);
}

void admin_server::publish(std::string event) {
  impl_->server->publish(std::move(event));
}

void admin_server::set_readiness(std::string lacks) {
  const std::lock_guard guard{impl_->shared.lock};
  impl_->shared.lacks = std::move(lacks);
}

} // namespace flotilla::app

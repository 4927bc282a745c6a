#pragma once

#include <httplib.h>

#include <memory>
#include <string>
#include <thread>

namespace flotilla::test {

/// Runs an httplib server on a free port of 127.0.0.1, with a thread for each of many connections
/// and connections that stay open. Fill in its routes before `start`.
class http_server {
public:
  http_server() : http_server(std::make_unique<httplib::Server>()) {
  }
  explicit http_server(std::unique_ptr<httplib::Server> server) : server_(std::move(server)) {
    server_->new_task_queue = [] { return new httplib::ThreadPool(64); };
    server_->set_keep_alive_max_count(1'000'000);
    server_->set_keep_alive_timeout(1);
    server_->set_tcp_nodelay(true);
  }
  ~http_server() {
    server_->stop();
    if (thread_.joinable())
      thread_.join();
  }
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  httplib::Server* operator->() noexcept {
    return server_.get();
  }
  void start() {
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server_->listen_after_bind(); }};
    while (!server_->is_running())
      std::this_thread::yield();
  }
  int port() const noexcept {
    return port_;
  }
  std::string url(const std::string& path, const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }

private:
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

} // namespace flotilla::test

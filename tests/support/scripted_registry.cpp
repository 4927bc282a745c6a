#include "tests/support/scripted_registry.hpp"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <list>
#include <map>
#include <mutex>
#include <regex>
#include <set>
#include <thread>

#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace flotilla::test {

namespace {

constexpr std::size_t longest_kept_body = 1U << 20U;

/// A thread for each connection, so that none waits for another's keep-alive to end.
class thread_per_connection : public httplib::TaskQueue {
public:
  void enqueue(std::function<void()> serve) override {
    threads_.emplace_back(std::move(serve));
  }
  void shutdown() override {
    for (auto& thread : threads_)
      thread.join();
    threads_.clear();
  }

private:
  std::list<std::thread> threads_; ///< touched by the accepting thread alone
};

std::uint16_t port_of(int socket, int (*side)(int, sockaddr*, socklen_t*)) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (side(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0
      || address.sin_family != AF_INET)
    return 0;
  return ntohs(address.sin_port);
}

/// httplib does not tell which socket a request came from; the pair of ports does.
int find_socket(std::uint16_t ours, int theirs) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::stoi(entry.path().filename());
    if (port_of(fd, ::getsockname) == ours && port_of(fd, ::getpeername) == theirs)
      return fd;
  }
  return -1;
}

seen_request seen(const httplib::Request& request) {
  seen_request result{request.method, request.target,     request.path, {}, {},
                      request.body,   request.body.size()};
  for (const auto& [name, value] : request.params)
    result.query.emplace(name, value);
  for (const auto& [name, value] : request.headers)
    if (name != "REMOTE_ADDR" && name != "REMOTE_PORT" && name.rfind("LOCAL_", 0) != 0)
      result.headers.emplace_back(name, value);
  return result;
}

bool matches(const seen_request& request, const std::string& method, const std::regex& target) {
  return (method.empty() || method == request.method) && std::regex_search(request.target, target);
}

} // namespace

struct scripted_registry::impl {
  struct entry {
    std::string method;
    std::regex target;
    rule decide;
    int left;
    bool early;
  };

  explicit impl(scripted_registry_options given);
  ~impl();

  std::optional<answer> ruled(const seen_request& request, bool early);
  answer decide(const seen_request& request);
  bool early_answer(const httplib::Request& request, httplib::Response& response);
  void handle(const httplib::Request& request, httplib::Response& response);
  void reply(const answer& given, const httplib::Request& request, httplib::Response& response);
  void note(seen_request request);
  void body_ended(const httplib::Request& request);

  memory_registry content;
  doorkeeper door;
  httplib::Server server;
  std::uint16_t port = 0;

  mutable std::mutex lock; // all up to the thread
  mutable std::condition_variable noted;
  std::list<entry> rules;
  std::vector<seen_request> log;
  std::set<int> bodies; ///< the peers' ports
  std::size_t most_bodies = 0;

  std::thread thread;
};

scripted_registry::impl::impl(scripted_registry_options given)
  : content(given.habits), door(std::move(given.entry)) {
  server.new_task_queue = [] { return new thread_per_connection; };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1000000);
  server.set_keep_alive_timeout(60);
  server.set_read_timeout(60);
  server.set_pre_routing_handler([this](const auto& request, auto& response) {
    return early_answer(request, response) ? httplib::Server::HandlerResponse::Handled
                                           : httplib::Server::HandlerResponse::Unhandled;
  });
  // Also called for a body that broke off.
  const httplib::Server::HandlerWithResponse broken = [this](const auto& request, auto&) {
    body_ended(request);
    return httplib::Server::HandlerResponse::Unhandled;
  };
  server.set_error_handler(broken);
  const auto serve = [this](const httplib::Request& request, httplib::Response& response) {
    handle(request, response);
  };
  server.Get(".*", serve).Post(".*", serve).Put(".*", serve).Patch(".*", serve);
  server.Delete(".*", serve);
  int listener = -1;
  server.set_socket_options([&listener](int socket) { listener = socket; });
  port = static_cast<std::uint16_t>(server.bind_to_any_port("127.0.0.1"));
  ::listen(listener, 512); // httplib's queue of 5 makes whoever comes sixth wait for a second
  thread = std::thread([this] { server.listen_after_bind(); });
  while (!server.is_running()) // stop() before that would be lost
    std::this_thread::yield();
}

scripted_registry::impl::~impl() {
  server.stop();
  thread.join();
}

std::optional<answer> scripted_registry::impl::ruled(const seen_request& request, bool early) {
  std::unique_lock guard(lock);
  for (auto& one : rules) { // a list: entries stay where they are while the lock is open
    if (one.early != early || one.left == 0 || !matches(request, one.method, one.target))
      continue;
    if (one.left > 0)
      --one.left;
    guard.unlock();
    auto reply = one.decide(request);
    if (reply)
      return reply;
    guard.lock();
    if (one.left >= 0)
      ++one.left;
  }
  return std::nullopt;
}

answer scripted_registry::impl::decide(const seen_request& request) {
  if (auto reply = ruled(request, false))
    return *reply;
  if (auto reply = door.stop(request))
    return *reply;
  return content.handle(request);
}

/// @returns whether the request was answered before its body was read.
bool scripted_registry::impl::early_answer(const httplib::Request& request,
                                           httplib::Response& response) {
  auto arrived = seen(request);
  if (const auto given = ruled(arrived, true)) {
    note(std::move(arrived));
    response.set_header("Connection", "close"); // what is left of the body must not be read
    reply(*given, request, response);
    return true;
  }
  const auto length = request.get_header_value("Content-Length");
  if ((!length.empty() && length != "0") || request.has_header("Transfer-Encoding")) {
    const std::lock_guard guard(lock);
    bodies.insert(request.remote_port);
    most_bodies = std::max(most_bodies, bodies.size());
  }
  return false;
}

void scripted_registry::impl::handle(const httplib::Request& request, httplib::Response& response) {
  body_ended(request);
  auto arrived = seen(request);
  const auto given = decide(arrived);
  note(std::move(arrived));
  reply(given, request, response);
}

void scripted_registry::impl::reply(const answer& given, const httplib::Request& request,
                                    httplib::Response& response) {
  if (given.instead) {
    if (const int socket = find_socket(port, request.remote_port); socket >= 0) {
      given.instead(socket);
      ::shutdown(socket, SHUT_RDWR); // httplib closes it when it cannot write
    }
    return;
  }
  response.status = given.status;
  for (const auto& [name, value] : given.headers)
    response.headers.emplace(name, value); // set_header would refuse what a test may want to say
  if (!given.body.empty())
    response.body = given.body;
}

void scripted_registry::impl::note(seen_request request) {
  if (request.body.size() > longest_kept_body)
    request.body.clear();
  const std::lock_guard guard(lock);
  log.push_back(std::move(request));
  noted.notify_all();
}

void scripted_registry::impl::body_ended(const httplib::Request& request) {
  const std::lock_guard guard(lock);
  bodies.erase(request.remote_port);
}

scripted_registry::scripted_registry(scripted_registry_options options)
  : impl_(std::make_unique<impl>(std::move(options))) {
}

scripted_registry::~scripted_registry() = default;

std::string scripted_registry::address() const {
  return "127.0.0.1:" + std::to_string(impl_->port);
}

std::uint16_t scripted_registry::port() const noexcept {
  return impl_->port;
}

memory_registry& scripted_registry::content() noexcept {
  return impl_->content;
}

void scripted_registry::on(std::string method, const std::string& target, answer reply, int times) {
  on(
    std::move(method), target, [reply](const seen_request&) { return reply; }, times);
}

void scripted_registry::on(std::string method, const std::string& target, rule decide, int times) {
  const std::lock_guard guard(impl_->lock);
  impl_->rules.push_back({std::move(method), std::regex(target), std::move(decide), times, false});
}

void scripted_registry::on_headers(std::string method, const std::string& target, answer reply,
                                   int times) {
  on_headers(
    std::move(method), target, [reply](const seen_request&) { return reply; }, times);
}

void scripted_registry::on_headers(std::string method, const std::string& target, rule decide,
                                   int times) {
  const std::lock_guard guard(impl_->lock);
  impl_->rules.push_back({std::move(method), std::regex(target), std::move(decide), times, true});
}

void scripted_registry::expire_tokens() {
  impl_->door.expire_tokens();
}

std::vector<seen_request> scripted_registry::log() const {
  const std::lock_guard guard(impl_->lock);
  return impl_->log;
}

std::size_t scripted_registry::count(const std::string& method, const std::string& target) const {
  const std::regex wanted(target);
  const std::lock_guard guard(impl_->lock);
  return static_cast<std::size_t>(
    std::count_if(impl_->log.begin(), impl_->log.end(),
                  [&](const auto& request) { return matches(request, method, wanted); }));
}

bool scripted_registry::wait_for(const std::string& method, const std::string& target,
                                 std::size_t least) const {
  const std::regex wanted(target);
  std::unique_lock guard(impl_->lock);
  return impl_->noted.wait_for(guard, std::chrono::seconds(30), [&] {
    return static_cast<std::size_t>(
             std::count_if(impl_->log.begin(), impl_->log.end(),
                           [&](const auto& request) { return matches(request, method, wanted); }))
           >= least;
  });
}

std::size_t scripted_registry::most_bodies_at_once() const {
  const std::lock_guard guard(impl_->lock);
  return impl_->most_bodies;
}

} // namespace flotilla::test

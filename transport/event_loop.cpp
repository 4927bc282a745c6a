#include "transport/event_loop.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace flotilla::transport {

namespace {

constexpr std::size_t events_at_once = 256;

/// Rounded up: to wake early would mean to spin until the time has come.
int milliseconds_until(std::optional<time_point> when) {
  if (!when)
    return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*when - clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

std::optional<time_point> earlier(std::optional<time_point> a, std::optional<time_point> b) {
  if (!a || !b)
    return a ? a : b;
  return std::min(*a, *b);
}

wire& wire_of(CURL* easy) {
  void* known = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &known);
  return *static_cast<wire*>(known);
}

int curl_events(unsigned events) {
  int mask = 0;
  // A connection that broke may still hold the answer that explains why: reading comes first.
  if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
    mask |= CURL_CSELECT_IN;
  if (events & EPOLLOUT)
    mask |= CURL_CSELECT_OUT;
  if (events & (EPOLLERR | EPOLLHUP))
    mask |= CURL_CSELECT_ERR;
  return mask;
}

} // namespace

event_loop::event_loop(long connections)
  : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wakeup_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
    multi_(curl_multi_init()) {
  if (!usable())
    return;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wakeup_.value();
  ::epoll_ctl(epoll_.value(), EPOLL_CTL_ADD, wakeup_.value(), &event);
  auto* multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &event_loop::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &event_loop::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
}

event_loop::~event_loop() {
  if (multi_)
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, nullptr);
}

CURLMcode event_loop::add(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &event_loop::on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  return curl_multi_add_handle(multi_.get(), easy);
}

/// Curl closes a socket that did not connect without a word, and opens the next, often of the same
/// number, of which it believes that it is watched. So it must be.
curl_socket_t event_loop::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& loop = *static_cast<event_loop*>(self);
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (const auto before = loop.watched_.find(socket); before != loop.watched_.end())
    loop.watch(socket, before->second);
  return socket;
}

/// Taking a socket out of epoll here would be late for one that is closed already: its number may
/// be somebody else's by now.
int event_loop::on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void*) {
  auto& loop = *static_cast<event_loop*>(self);
  if (what == CURL_POLL_REMOVE) {
    loop.watched_.erase(socket);
    return 0;
  }
  wire_of(easy).socket = socket;
  loop.watch(socket,
             ((what & CURL_POLL_IN) ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) ? EPOLLOUT : 0U));
  return 0;
}

void event_loop::watch(curl_socket_t socket, unsigned events) {
  watched_[socket] = events;
  epoll_event event{};
  event.data.fd = socket;
  event.events = events;
  if (::epoll_ctl(epoll_.value(), EPOLL_CTL_MOD, socket, &event) != 0)
    ::epoll_ctl(epoll_.value(), EPOLL_CTL_ADD, socket, &event);
}

int event_loop::on_timer(CURLM*, long milliseconds, void* self) {
  auto& timer = static_cast<event_loop*>(self)->timer_;
  if (milliseconds < 0)
    timer.reset();
  else
    timer = clock::now() + std::chrono::milliseconds{milliseconds};
  return 0;
}

void event_loop::turn(std::optional<time_point> latest) {
  std::array<epoll_event, events_at_once> events;
  const int count = ::epoll_wait(epoll_.value(), events.data(), static_cast<int>(events.size()),
                                 milliseconds_until(earlier(timer_, latest)));
  for (int i = 0; i < count; ++i)
    handle(events[static_cast<std::size_t>(i)].data.fd, events[static_cast<std::size_t>(i)].events);
  if (timer_ && clock::now() >= *timer_) {
    timer_.reset(); // curl sets it anew, if it wants one
    int running = 0;
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

void event_loop::handle(int descriptor, unsigned events) {
  if (descriptor == wakeup_.value()) {
    eventfd_t count = 0;
    ::eventfd_read(wakeup_.value(), &count);
    return;
  }
  if (watched_.find(descriptor) == watched_.end()) {
    ::epoll_ctl(epoll_.value(), EPOLL_CTL_DEL, descriptor, nullptr);
    return;
  }
  int running = 0;
  curl_multi_socket_action(multi_.get(), descriptor, curl_events(events), &running);
}

std::optional<event_loop::finished> event_loop::next_finished() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_.get(), &left))
    if (message->msg == CURLMSG_DONE)
      return finished{message->easy_handle, message->data.result};
  return std::nullopt;
}

void event_loop::wake() noexcept {
  ::eventfd_write(wakeup_.value(), 1);
}

} // namespace flotilla::transport

#include "transport/curl_engine.hpp"

#include "transport/transfer_pool.hpp"

#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>

namespace flotilla::transport {

namespace {

using protocol::errc;
using protocol::failure;

void init_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

/// TLS may write to a connection that the other side has closed: an error is enough.
void block_sigpipe() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

failure stopped() {
  return {errc::interrupted, "stopped before an answer came", {}};
}

} // namespace

class curl_engine::impl {
  /// What others have asked for and the engine's thread has not seen yet.
  struct wishes {
    std::vector<order> inbox;
    std::optional<std::uint64_t> limit; ///< bytes per second, of all bodies
    std::unordered_map<std::uint32_t, std::uint64_t> lane_limits;
    std::vector<cancellation> cancelled; ///< what is under way of them
  };

public:
  explicit impl(engine_options options);
  ~impl() {
    stop();
  }

  void submit(order what);
  void limit_bandwidth(std::uint64_t rate);
  void limit_bandwidth(std::uint32_t lane, std::uint64_t rate);
  void cancel(cancellation what);
  void stop();
  engine_counters counters() const noexcept;

private:
  std::optional<failure> put_in(order& what);
  void run();
  bool take_in();
  void carry_out(wishes now);
  void answer_all();

  const engine_options options_;
  engine_meters meters_;

  /// Touched by any thread, under `lock`.
  struct {
    std::mutex lock;
    wishes fresh;
    std::optional<failure> closed; ///< why nothing is taken any more
  } shared_;

  transfer_pool pool_; ///< the engine's thread alone, but for `wake`
  std::mutex joining_;
  std::thread thread_;
};

curl_engine::impl::impl(engine_options options)
  : options_(std::move(options)), pool_(options_, meters_) {
  try {
    if (pool_.usable()) {
      thread_ = std::thread{[this] { run(); }};
      return;
    }
  } catch (const std::system_error&) { // no thread: as without descriptors
  }
  shared_.closed = no_resources();
}

void curl_engine::impl::submit(order what) {
  if (auto closed = put_in(what))
    refuse(what, std::move(*closed));
}

/// @returns why `what` was not taken; then it is as it was.
std::optional<failure> curl_engine::impl::put_in(order& what) {
  bool first = false;
  {
    const std::lock_guard guard{shared_.lock};
    if (shared_.closed)
      return shared_.closed;
    first = shared_.fresh.inbox.empty();
    shared_.fresh.inbox.push_back(std::move(what));
  }
  if (first)
    pool_.wake();
  return std::nullopt;
}

void curl_engine::impl::limit_bandwidth(std::uint64_t rate) {
  {
    const std::lock_guard guard{shared_.lock};
    shared_.fresh.limit = rate;
  }
  pool_.wake();
}

void curl_engine::impl::limit_bandwidth(std::uint32_t lane, std::uint64_t rate) {
  {
    const std::lock_guard guard{shared_.lock};
    if (shared_.closed || lane == 0)
      return;
    shared_.fresh.lane_limits[lane] = rate;
  }
  pool_.wake();
}

void curl_engine::impl::cancel(cancellation what) {
  {
    const std::lock_guard guard{shared_.lock};
    if (shared_.closed || what.lane == 0)
      return;
    for (auto& x : shared_.fresh.inbox)
      if (!x.cancelled && what.concerns(x.request))
        x.cancelled = what.why;
    shared_.fresh.cancelled.push_back(std::move(what));
  }
  pool_.wake();
}

void curl_engine::impl::stop() {
  {
    const std::lock_guard guard{shared_.lock};
    if (!shared_.closed)
      shared_.closed = stopped();
  }
  pool_.wake();
  const std::lock_guard guard{joining_};
  if (thread_.joinable())
    thread_.join();
}

engine_counters curl_engine::impl::counters() const noexcept {
  engine_counters all;
  all.body_bytes = meters_.body_bytes.load(std::memory_order_relaxed);
  all.connections = meters_.connections.load(std::memory_order_relaxed);
  const std::chrono::nanoseconds disk{meters_.disk_nanoseconds.load(std::memory_order_relaxed)};
  all.disk_seconds = std::chrono::duration<double>{disk}.count();
  return all;
}

// ---- the engine's thread ------------------------------------------------------------------------

void curl_engine::impl::run() {
  block_sigpipe();
  while (take_in())
    pool_.turn();
  answer_all();
}

bool curl_engine::impl::take_in() {
  wishes now;
  {
    const std::lock_guard guard{shared_.lock};
    if (shared_.closed)
      return false;
    std::swap(now, shared_.fresh);
  }
  carry_out(std::move(now));
  return true;
}

/// Cancels before it starts anything, for what is not marked in the inbox came after.
void curl_engine::impl::carry_out(wishes now) {
  if (now.limit)
    pool_.limit_bandwidth(*now.limit);
  for (const auto& [lane, rate] : now.lane_limits)
    pool_.limit_bandwidth(lane, rate);
  for (const auto& x : now.cancelled)
    pool_.cancel(x);
  for (auto& x : now.inbox)
    if (x.cancelled)
      refuse(x, std::move(*x.cancelled));
    else
      pool_.start(std::move(x));
}

void curl_engine::impl::answer_all() {
  pool_.answer_all(stopped());
  std::vector<order> unseen;
  {
    const std::lock_guard guard{shared_.lock};
    unseen.swap(shared_.fresh.inbox);
  }
  for (const auto& x : unseen)
    refuse(x, stopped());
}

// ---- the public face ----------------------------------------------------------------------------

curl_engine::curl_engine(engine_options options) {
  init_curl_once();
  impl_ = std::make_unique<impl>(std::move(options));
}

curl_engine::~curl_engine() = default;

void curl_engine::submit(protocol::http_request request, on_done done, on_sent sent) {
  impl_->submit({std::move(request), std::move(done), std::move(sent)});
}

void curl_engine::limit_bandwidth(std::uint64_t bytes_per_second) {
  impl_->limit_bandwidth(bytes_per_second);
}

void curl_engine::limit_bandwidth(std::uint32_t lane, std::uint64_t bytes_per_second) {
  impl_->limit_bandwidth(lane, bytes_per_second);
}

void curl_engine::cancel(std::uint32_t lane) {
  impl_->cancel({lane, 0, {errc::interrupted, "cancelled before an answer came", {}}});
}

void curl_engine::cancel(std::uint32_t lane, std::uint32_t tag, protocol::failure why) {
  if (tag != 0)
    impl_->cancel({lane, tag, std::move(why)});
}

void curl_engine::stop() {
  impl_->stop();
}

engine_counters curl_engine::counters() const noexcept {
  return impl_->counters();
}

std::string curl_engine::library() {
  return std::string{"libcurl "} + curl_version_info(CURLVERSION_NOW)->version;
}

} // namespace flotilla::transport

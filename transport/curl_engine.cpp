#include "transport/curl_engine.hpp"

#include "transport/transfer_pool.hpp"

#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>

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
public:
  explicit impl(engine_options options);
  ~impl() {
    stop();
  }

  void submit(order what);
  void limit_bandwidth(std::uint64_t rate);
  void stop();
  engine_counters counters() const noexcept;

private:
  std::optional<failure> put_in(order& what);
  void run();
  bool take_in();
  void answer_all();

  const engine_options options_;
  engine_meters meters_;

  /// Touched by any thread, under `lock`.
  struct {
    std::mutex lock;
    std::vector<order> inbox;
    std::optional<std::uint64_t> new_limit; ///< bytes per second
    std::optional<failure> closed;          ///< why no request is taken any more
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
    first = shared_.inbox.empty();
    shared_.inbox.push_back(std::move(what));
  }
  if (first)
    pool_.wake();
  return std::nullopt;
}

void curl_engine::impl::limit_bandwidth(std::uint64_t rate) {
  {
    const std::lock_guard guard{shared_.lock};
    shared_.new_limit = rate;
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
  std::vector<order> fresh;
  std::optional<std::uint64_t> limit;
  {
    const std::lock_guard guard{shared_.lock};
    if (shared_.closed)
      return false;
    fresh.swap(shared_.inbox);
    limit = std::exchange(shared_.new_limit, std::nullopt);
  }
  if (limit)
    pool_.limit_bandwidth(*limit);
  for (auto& x : fresh)
    pool_.start(std::move(x));
  return true;
}

void curl_engine::impl::answer_all() {
  pool_.answer_all(stopped());
  std::vector<order> unseen;
  {
    const std::lock_guard guard{shared_.lock};
    unseen.swap(shared_.inbox);
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

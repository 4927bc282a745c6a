#pragma once

#include "transport/bandwidth_gate.hpp"
#include "transport/event_loop.hpp"
#include "transport/transfer.hpp"

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace flotilla::transport {

/// Requests that are wanted no more.
struct cancellation {
  std::uint32_t lane = 0;
  std::uint32_t tag = 0; ///< 0: all of the lane
  protocol::failure why;

  bool concerns(const protocol::http_request& request) const noexcept {
    return request.lane == lane && (tag == 0 || request.tag == tag);
  }
};

/// All transfers under way, and the handles that wait for new ones. Answers every order exactly
/// once. One thread owns it; only `wake` may be called by others.
class transfer_pool {
public:
  /// Both must outlive the pool.
  transfer_pool(const engine_options& options, engine_meters& meters);

  /// Whether the system had the resources for it.
  bool usable() const noexcept {
    return loop_.usable();
  }
  void wake() noexcept {
    loop_.wake();
  }

  void start(order what);
  /// @param rate bytes per second for all bodies together; 0: no limit
  void limit_bandwidth(std::uint64_t rate);
  /// @param lane not 0
  /// @param rate bytes per second for the bodies of that lane together; 0: no limit
  void limit_bandwidth(std::uint32_t lane, std::uint64_t rate);
  /// Ends what is under way of it.
  void cancel(const cancellation& what);
  /// Waits until something happens and brings every transfer as far as it goes.
  void turn();
  /// Ends all that is under way.
  void answer_all(const protocol::failure& why);

private:
  void add(std::unique_ptr<transfer> fresh);
  easy_handle handle_for_use();
  void hand_back();
  std::unique_ptr<transfer> retire(CURL* easy);
  /// Ends what curl has not ended. Its connection is closed if anything was sent on it.
  template <class Reason>
  void break_off(CURL* easy, const Reason& why);
  void answer(std::unique_ptr<transfer> ended, protocol::http_outcome how);
  void let_bodies_go_on();
  void give_up_stalled();
  std::optional<time_point> next_duty() const;

  const engine_options& options_;
  const proxy_names proxies_ = proxies_of_environment();
  engine_meters& meters_;
  event_loop loop_;
  bandwidth_gate gate_;
  std::vector<easy_handle> idle_;
  std::unordered_map<CURL*, std::unique_ptr<transfer>> under_way_;
  std::vector<bandwidth_gate::ticket*> released_;
  time_point next_round_{}; ///< when stalls are looked for
};

/// Answers an order that cannot even be started.
void refuse(const order& what, protocol::failure why);

/// What to say when the system refuses descriptors, threads or memory.
protocol::failure no_resources();

} // namespace flotilla::transport

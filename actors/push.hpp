#pragma once

#include "actors/asker.hpp"
#include "actors/interfaces.hpp"
#include "actors/push_meter.hpp"
#include "actors/seats.hpp"
#include "protocol/ledger.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::actors {

/// What a PUSH knows between two messages.
class push_state {
public:
  using interface = push_actor::extend<caf::reacts_to<atom::join, std::string, node_actor>,
                                       caf::reacts_to<atom::again, std::uint32_t>,
                                       caf::reacts_to<atom::setback, setback_note>,
                                       caf::reacts_to<atom::progress>, caf::reacts_to<atom::tick>>;
  using pointer = interface::stateful_pointer<push_state>;
  static inline const char* name = "push";

  /// Blobs asked for although the registry holds the manifest that names them: a registry that has
  /// lost some is found out with fair probability, at the price of a few requests.
  static constexpr std::uint32_t spot_checks = 4;

  explicit push_state(pointer self) : self_(self), meter_(self->clock().now()) {
  }

  void wire(std::string id, push_order order, http_actor http, token_actor tokens,
            caf::actor follower);
  void join(const std::string& node_name, node_actor node);
  void on_report(const std::string& node, node_report report);
  void on_setback(const setback_note& note);
  void on_progress();
  void stop();
  void tick();
  push_status status() const;

  asker<pointer> questions;

private:
  // The life of a push, step by step.
  void reach();
  void look();
  void begin_work(bool manifest_there);
  void publish();
  void on_unpublished(protocol::failure why);
  void verify();
  void check_everything_again();
  void conclude();

  void advance();
  void fill();
  std::optional<check_order> next_check();
  std::optional<upload_order> next_upload();
  void take_checks(const std::vector<check_result>& results);
  void take_uploads(const std::vector<upload_result>& results);
  bool is_trusting() const;
  /// What checks are booked in: the second look has a ledger of its own.
  protocol::ledger& looked_at();
  void fail(protocol::failure why);
  void finish(push_report report);
  protocol::failure missing_blobs();

  pointer self_;
  std::string id_;
  push_order order_; ///< its plan moved to `plan_`
  std::shared_ptr<const protocol::push_plan> plan_;
  caf::actor follower_;
  engagement engagement_;
  gateway_actor gateway_;
  publisher_actor publisher_;

  phase phase_ = phase::reaching;
  std::optional<protocol::ledger> ledger_;
  /// All looked at once more: for `--verify blobs`, or because the registry has lost one.
  std::optional<protocol::ledger> again_;
  seats seats_;
  std::uint32_t spot_checks_left_ = 0; ///< to be granted
  std::uint32_t spot_checks_out_ = 0;  ///< granted, not answered
  bool trusting_ = true;               ///< no blob was found missing that a manifest promised
  bool looked_closer_ = false;         ///< the registry has lost a blob once
  bool heard_ = false;                 ///< the registry has answered, whatever it was
  push_meter meter_;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t resent_bytes_ = 0;
  std::vector<std::string> tags_; ///< that are to name the model
  push_report report_;
};

/// Brings one model to one reference: reaches the registry, lets its nodes check and send, has the
/// manifests published once every blob is confirmed, and tells `follower` how it ended
/// (`atom::ended, push_report`). Then it quits.
push_state::interface::behavior_type push(push_state::pointer self, std::string id,
                                          push_order order, http_actor http, token_actor tokens,
                                          caf::actor follower);

} // namespace flotilla::actors

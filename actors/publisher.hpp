#pragma once

#include "actors/asker.hpp"
#include "actors/interfaces.hpp"
#include "protocol/plan.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::actors {

/// What a PUBLISHER is to bring where.
struct publication {
  protocol::endpoint at;
  std::shared_ptr<const protocol::push_plan> plan;
  std::vector<std::string> tags; ///< empty: the manifest is named by its digest alone
  bool is_read_back = true;      ///< compared with what the registry serves, once it is there
};

/// What a PUBLISHER tells while it works. Runs on the publisher.
struct publisher_news {
  std::function<void(setback_note)> setback;
  std::function<void()> progress; ///< one more request has gone well
};

/// What a PUBLISHER knows between two messages.
class publisher_state {
public:
  using interface = publisher_actor::extend<caf::reacts_to<atom::again, std::uint32_t>>;
  using pointer = interface::stateful_pointer<publisher_state>;
  using tags = std::vector<std::string>;
  using differences = std::vector<protocol::failure>;
  static inline const char* name = "publisher";

  /// What the registry was seen to serve so long ago is not asked for again.
  static constexpr std::chrono::seconds still_true{5};

  explicit publisher_state(pointer self) : self_(self) {
  }

  void wire(gateway_actor gateway, publication what, publisher_news tell);

  caf::result<bool> look();
  caf::result<tags> publish(bool trusting);
  caf::result<differences> verify();

  asker<pointer> questions;

private:
  /// One request of a publication: this manifest under that reference.
  struct item {
    std::size_t manifest = 0; ///< index into the plan
    std::string reference;    ///< a tag or a digest
  };

  void look_for_tag();
  void look_for_digest();
  void know(const protocol::result<protocol::presence>& found);
  std::vector<item> items() const;
  void put_next(std::vector<item> rest);
  void put_unless_there(item next, std::vector<item> rest);
  void put(const item& next, std::vector<item> rest);
  void compare(std::vector<item> rest);

  pointer self_;
  publication what_;
  std::function<void()> progress_;
  bool was_there_ = false;     ///< the registry had the top manifest when we looked
  bool tag_was_there_ = false; ///< and the first tag named it
  /// When the first tag was seen to serve it, if nothing has been put since.
  std::optional<caf::actor_clock::time_point> served_;
  caf::typed_response_promise<bool> looked_;
  caf::typed_response_promise<tags> published_;
  caf::typed_response_promise<differences> verified_;
  differences found_;
};

/// Puts the plan's manifests one after another, in their order: each by its digest, the top at last
/// by its tags, if it has any. The caller sees to it that every blob is confirmed first.
publisher_state::interface::behavior_type publisher(publisher_state::pointer self,
                                                    gateway_actor gateway, publication what,
                                                    publisher_news tell);

} // namespace flotilla::actors

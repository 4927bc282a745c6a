#pragma once

#include "actors/asker.hpp"
#include "actors/interfaces.hpp"
#include "protocol/plan.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::actors {

/// What a PUBLISHER is to bring where.
struct publication {
  protocol::endpoint at;
  std::shared_ptr<const protocol::push_plan> plan;
  std::vector<std::string> tags; ///< empty: the manifest is named by its digest alone
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

  void look_for_digest();
  void look_for(const std::string& reference, std::function<void(bool)> known);
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
  caf::typed_response_promise<bool> looked_;
  caf::typed_response_promise<tags> published_;
  caf::typed_response_promise<differences> verified_;
  differences found_;
};

/// Puts the plan's manifests one after another, in their order: each by its digest, the top at last
/// by its tags too. The caller sees to it that every blob is confirmed first.
publisher_state::interface::behavior_type publisher(publisher_state::pointer self,
                                                    gateway_actor gateway, publication what,
                                                    publisher_news tell);

} // namespace flotilla::actors

#pragma once

#include "actors/interfaces.hpp"
#include "store/registry_profiles.hpp"
#include "store/upload_notes.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace flotilla::actors {

/// What the KEEPER knows between two messages.
class keeper_state {
public:
  using pointer = keeper_actor::stateful_pointer<keeper_state>;
  static inline const char* name = "keeper";

  /// Registries forget uploads that rest for a week (distribution: `uploadpurging`).
  static constexpr std::chrono::hours longest_upload{7 * 24};
  /// Limits change, and those of a proxy are not the registry's: what was seen is tried again.
  static constexpr std::chrono::hours longest_profile{30 * 24};

  explicit keeper_state(pointer self) : self_(self) {
  }

  /// @param dir the state directory; empty: nothing is kept
  void wire(std::string dir);

  recollection recall(const std::string& push, const protocol::endpoint& at, shared_plan plan);
  void record(const std::string& push, const open_upload& upload);
  void learn(const std::string& push, const protocol::registry_profile& profile);
  void end(const std::string& push);

private:
  using place_notes = std::shared_ptr<store::upload_notes>;
  /// One push, and the place where it brings blobs.
  struct client {
    shared_plan plan;
    place_notes notes;
    std::string registry;        ///< its origin
    std::set<std::string> taken; ///< notes that it has
  };

  place_notes notes_of(const protocol::endpoint& at);
  void recall_uploads(const std::string& push, client& of, recollection& to);
  void recall_profile(const client& of, protocol::registry_profile& to);
  template <class Work>
  void attempt(const char* what, Work work);
  std::int64_t now() const;

  pointer self_;
  std::string dir_;
  std::unique_ptr<store::registry_profiles> profiles_;               ///< null: they cannot be kept
  std::map<std::string, std::weak_ptr<store::upload_notes>> places_; ///< by directory
  std::map<std::string, client> clients_;                            ///< by push
  bool in_trouble_ = false; ///< said once, not at every write
};

/// Keeps for later pushes what they can use: DIR/uploads has one note for each upload that can be
/// continued, and DIR/state.db what was learned of registries. A disk that does not take it is no
/// reason to end a push: that is said loudly, and the push goes on without. Spawn it detached.
keeper_actor::behavior_type keeper(keeper_state::pointer self, std::string dir);

} // namespace flotilla::actors

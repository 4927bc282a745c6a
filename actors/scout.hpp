#pragma once

#include "actors/interfaces.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace flotilla::actors {

/// What the SCOUT knows between two messages.
class scout_state {
public:
  using pointer = scout_actor::stateful_pointer<scout_state>;
  static inline const char* name = "scout";

  /// Blobs that a node is asked for at once.
  static constexpr std::size_t blobs_a_question = 4096;

  explicit scout_state(pointer self) : self_(self) {
  }

  /// @param patience for so long it is no failure that no node can read the source
  /// @param mount_from repository that may hold every blob; empty: what the source itself says
  void wire(source_query query, std::string mount_from, scout_desk_actor desk,
            std::chrono::milliseconds patience);
  void join(const std::string& node, surveyor_actor surveyor);
  void lose(const std::string& node);
  void tick();

private:
  struct scouted_node {
    surveyor_actor surveyor;
    std::optional<protocol::failure> objection; ///< why it could not read the source
    std::size_t asked = 0;                      ///< blobs of the plan, so far
    unsigned generation = 0;                    ///< tells answers to an earlier self
    survey_page found;                          ///< its `held` is empty
  };

  void read_somewhere();
  void read(const std::string& node);
  void fetch_blobs(const std::string& node, std::shared_ptr<protocol::push_plan> plan);
  void fetch_manifests(const std::string& node, std::shared_ptr<protocol::push_plan> plan);
  void on_read(const std::string& node, protocol::push_plan plan);
  void on_unreadable(const std::string& node, protocol::failure why);
  void locate(const std::string& node);
  void on_located(const std::string& node, unsigned generation, survey_page page);
  protocol::failure objections() const;
  surveyor_actor surveyor_of(const std::string& node) const;

  pointer self_;
  source_query query_;
  std::string mount_from_;
  scout_desk_actor desk_;
  caf::actor_clock::time_point patient_until_{};
  std::map<std::string, scouted_node> nodes_; ///< by id
  std::string reading_;                       ///< the node that is read from; empty: none
  outline_head head_;
  unsigned generations_ = 0;
  std::shared_ptr<const protocol::push_plan> plan_;
};

/// Finds out what a push has to bring, from the first node that can tell, and which node holds
/// what, from all. Tells its push.
scout_actor::behavior_type scout(scout_state::pointer self, source_query query,
                                 std::string mount_from, scout_desk_actor desk,
                                 std::chrono::milliseconds patience);

} // namespace flotilla::actors

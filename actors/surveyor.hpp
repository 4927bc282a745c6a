#pragma once

#include "actors/interfaces.hpp"
#include "sources/source.hpp"

#include <cstdint>
#include <map>

namespace flotilla::actors {

/// What the SURVEYOR knows between two messages.
class surveyor_state {
public:
  using pointer = surveyor_actor::stateful_pointer<surveyor_state>;
  static inline const char* name = "surveyor";

  /// Blobs in one page of a plan: about 400 KB, so that no page holds up heartbeats.
  static constexpr std::uint32_t blobs_a_page = 8192;
  /// Outlines that are kept until they are forgotten. A coordinator reads one at a time for each of
  /// its pushes; more are left over from one that was lost.
  static constexpr std::size_t most_outlines = 16;

  explicit surveyor_state(pointer) {
  }

  /// @param around where models may lie on this machine; a query adds its manifest file
  void wire(sources::source_options around);

  caf::result<outline_head> outline(const source_query& query);
  caf::result<std::vector<protocol::planned_blob>> blobs(std::uint32_t ticket, std::uint32_t from);
  caf::result<protocol::planned_manifest> manifest(std::uint32_t ticket, std::uint32_t which);
  void forget(std::uint32_t ticket);
  caf::result<survey_page> locate(const source_query& query,
                                  const std::vector<protocol::planned_blob>& wanted);
  caf::result<std::string> where(const source_query& query);

private:
  sources::source_options options_for(const source_query& query) const;

  sources::source_options around_;
  std::map<std::uint32_t, protocol::push_plan> outlines_; ///< by ticket
  std::uint32_t next_ticket_ = 1;
};

/// Looks at the disks of one node. Spawn it detached: it blocks while it looks.
surveyor_actor::behavior_type surveyor(surveyor_state::pointer self,
                                       sources::source_options around);

} // namespace flotilla::actors

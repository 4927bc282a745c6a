#pragma once

#include "actors/interfaces.hpp"
#include "actors/patience.hpp"
#include "protocol/blob_upload.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace flotilla::actors {

/// What an UPLOADER knows between two messages.
class uploader_state {
public:
  using interface = uploader_actor::extend<caf::reacts_to<atom::again, std::uint32_t>>;
  using pointer = interface::stateful_pointer<uploader_state>;
  using moment = caf::actor_clock::time_point;
  static inline const char* name = "uploader";

  /// Once so little of a body is left, the next session is opened: late enough that no blob waits
  /// behind a long body while another uploader has nothing to do.
  static constexpr std::uint64_t open_ahead_below = 16 << 20; ///< bytes
  /// Blobs whose bodies have left and whose commit is awaited. More would only pile up requests
  /// before a slow registry.
  static constexpr std::size_t most_commits = 2;
  /// Blobs that wait for their next try. More would hammer a registry that is in trouble.
  static constexpr std::size_t most_waiting = 2;
  /// So often all bytes of a body count as progress of the push; later only those that never left
  /// before. A long body that is cut late may take its time, and one that is always cut ends.
  static constexpr unsigned patient_bodies = 5;

  explicit uploader_state(pointer self) : self_(self), patience_(world_of(self->system())) {
  }

  void wire(std::uint32_t number, crew_desk_actor desk, hasher_actor hasher);
  void engage(engagement for_push, gateway_actor gateway);
  caf::result<bool> release(const std::string& push);
  void learn(const std::string& push, const protocol::registry_profile& profile);
  void take(const std::string& push, protocol::blob_order what, open_upload begun);
  void drop(const std::string& push, protocol::ledger::index blob);
  void cancel(const std::string& push, protocol::ledger::index blob, const protocol::failure& why);
  void again(std::uint32_t ticket);
  void on_sent(std::uint32_t ticket, std::uint64_t sent);

private:
  /// Committing: no body of it is on the wire, and one has been. Summing: a part is read for its
  /// body, which comes next.
  enum class stage : std::uint8_t { opening, summing, ready, sending, committing, waiting };

  /// A part of a blob that the hasher reads, or has read.
  struct summed_part {
    std::uint64_t offset = 0; ///< bytes
    std::optional<protocol::result<protocol::md5_sum>> sum;
  };
  /// One blob under way.
  struct job {
    std::string push;
    protocol::ledger::index blob = 0;
    protocol::blob_upload machine;
    stage is = stage::opening;
    std::uint64_t before = 0;   ///< the blob's bytes before the body that is on the wire
    std::uint64_t length = 0;   ///< of that body, bytes
    std::uint64_t sent = 0;     ///< bytes of that body
    std::uint64_t shown = 0;    ///< bytes of the blob, as the desk knows it
    std::uint64_t furthest = 0; ///< bytes of the blob, over all attempts
    unsigned begun = 0;         ///< bodies: the first of a session, and those after a setback
    bool begins_anew = true;    ///< the next one will be such a body
    std::optional<summed_part> ahead{}; ///< read while another body is on the wire
    moment taken_at{};                  ///< when all began
    moment asked_at{};                  ///< when what is awaited now began
    bool opens = false;                 ///< what is awaited is a session
    gateway_actor via{};                ///< its body went through it, and can be cancelled there
    open_upload told{};                 ///< where somebody else can go on, as the desk knows it
  };
  struct contract {
    engagement push; ///< its profile: as it is known by now
    gateway_actor gateway;
    std::set<std::string> no_mounts; ///< repositories that the registry does not mount from
    bool speaks_ollama = false;      ///< the registry has shown itself as Ollama's
  };

  void follow(std::uint32_t ticket, protocol::blob_upload::step next);
  void report(const job& j, protocol::confirmation how);
  void send(std::uint32_t ticket, protocol::blob_upload::send what);
  void hear(std::uint32_t ticket, const protocol::http_outcome& outcome);
  void mark(std::uint32_t ticket);
  void note_registry(const job& j);
  void tell_where_it_stands(job& j);
  void tidy_up(job& j);
  void delete_session(const gateway_actor& by, protocol::http_request request);
  template <class Predicate>
  std::vector<protocol::http_request> give_up(Predicate is_meant);
  void wait(std::uint32_t ticket, protocol::blob_upload::wait why);
  void hash(std::uint32_t ticket);
  std::size_t count(stage which) const;
  void start_next_body();
  void free_slot(std::uint32_t ticket);
  void ask_for_more();
  void begin_body(std::uint32_t ticket, const protocol::blob_upload::send& what);
  void sum(std::uint32_t ticket, protocol::file_slice part);
  void read(std::uint32_t ticket, protocol::file_slice part);
  void roll_back(job& j, std::uint64_t to);
  void note_bytes(job& j, std::uint64_t sent);
  void count_time(const job& j, bool accepted);

  pointer self_;
  std::uint32_t number_ = 0;
  crew_desk_actor desk_;
  hasher_actor hasher_;
  patience patience_;
  std::map<std::string, contract> contracts_;   ///< by push
  std::unordered_map<std::uint32_t, job> jobs_; ///< by ticket
  std::deque<std::uint32_t> ready_;             ///< sessions that wait for the slot
  std::uint32_t in_slot_ = 0;                   ///< whose body is on the wire; 0: none
  std::uint32_t next_ticket_ = 1;
  bool hungry_ = false; ///< has asked for more and not got it yet
};

/// Sends blobs through the gateways it was engaged with, and reports to `desk`. Its one body slot
/// is free again when the last byte has left, before the registry has answered.
uploader_state::interface::behavior_type uploader(uploader_state::pointer self,
                                                  std::uint32_t number, crew_desk_actor desk,
                                                  hasher_actor hasher);

} // namespace flotilla::actors

#include "actors/errors.hpp"
#include "actors/uploader.hpp"

#include <algorithm>
#include <utility>

// A body on its way: what is read for it ahead, and how its bytes are counted.

namespace flotilla::actors {

using protocol::blob_upload;

void uploader_state::begin_body(std::uint32_t ticket, const blob_upload::send& what) {
  auto& j = jobs_.at(ticket);
  // The same part once more, for a storage to which the registry sends it on, is nothing lost.
  if (std::exchange(j.begins_anew, false)) {
    j.begun += 1;
    roll_back(j, what.before);
  }
  j.is = stage::sending;
  j.before = what.before;
  j.length = what.request.body_length();
  j.sent = 0;
  in_slot_ = ticket;
}

void uploader_state::sum(std::uint32_t ticket, protocol::file_slice part) {
  auto& j = jobs_.at(ticket);
  j.is = stage::summing;
  read(ticket, std::move(part));
  if (j.ahead->sum)
    follow(ticket, j.machine.on_sum(*j.ahead->sum));
  else
    start_next_body();
}

void uploader_state::read(std::uint32_t ticket, protocol::file_slice part) {
  auto& ahead = jobs_.at(ticket).ahead;
  if (ahead && ahead->offset == part.offset)
    return;
  ahead = summed_part{part.offset, {}};
  auto heard = [this, ticket, at = part.offset](protocol::result<protocol::md5_sum> of_part) {
    auto found = jobs_.find(ticket);
    if (found == jobs_.end() || found->second.ahead->offset != at)
      return;
    auto& j = found->second;
    j.ahead->sum = std::move(of_part);
    if (j.is == stage::summing)
      follow(ticket, j.machine.on_sum(*j.ahead->sum));
  };
  self_->request(hasher_, caf::infinite, atom::sum_v, std::move(part))
    .then([heard](const protocol::md5_sum& of_part) { heard(of_part); },
          [heard](const caf::error& error) { heard(to_failure(error)); });
}

void uploader_state::on_sent(std::uint32_t ticket, std::uint64_t sent) {
  auto found = jobs_.find(ticket);
  if (found == jobs_.end())
    return;
  auto& j = found->second;
  if (j.is == stage::committing && sent < j.length)
    j.is = stage::sending; // a new token or a redirect makes the body leave once more
  if (j.is != stage::sending)
    return;
  note_bytes(j, sent);
  if (sent == j.length) {
    count_time(j, false);
    j.asked_at = self_->clock().now();
    j.is = stage::committing;
    free_slot(ticket);
    start_next_body();
  }
  if (j.machine.order().size - (j.before + sent) < open_ahead_below)
    ask_for_more();
}

void uploader_state::roll_back(job& j, std::uint64_t to) {
  if (std::exchange(j.shown, to) != to)
    self_->send(desk_, atom::moved_v, j.push, body_progress{j.blob, to, 0, 0});
}

void uploader_state::note_bytes(job& j, std::uint64_t sent) {
  const auto more = sent >= j.sent ? sent - j.sent : sent;
  const auto at = j.before + sent;
  const auto fresh = at > j.furthest ? at - std::max(j.furthest, at - more) : 0;
  j.shown = sent < j.sent ? at : std::max(j.shown, at);
  j.sent = sent;
  j.furthest = std::max(j.furthest, at);
  const auto counts = fresh > 0 || (more > 0 && j.begun <= patient_bodies);
  self_->send(desk_, atom::moved_v, j.push,
              body_progress{j.blob, j.shown, more, fresh, counts, j.before, j.length});
}

void uploader_state::count_time(const job& j, bool accepted) {
  std::chrono::duration<double> took = self_->clock().now() - j.asked_at;
  auto on_wire = j.is == stage::sending;
  time_spent spent;
  (on_wire ? spent.wire : spent.registry) = took.count();
  if (j.opens && accepted)
    spent.openings = {1, took.count()};
  self_->send(desk_, atom::spent_v, j.push, spent);
}

} // namespace flotilla::actors

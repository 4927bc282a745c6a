#include "actors/seats.hpp"

#include "protocol/fair_shares.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::actors {

namespace {

/// Whoever uses so much of its limit may be held back by nothing else.
constexpr double near = 0.8;
/// So many notes in a row tell that a node cannot use its part.
constexpr int telling = 8;
/// It keeps so much more than it uses: it shows when it can use more.
constexpr double room = 1.5;
/// And so much at least: it may only wait for an answer.
constexpr std::uint64_t least_wanted = 1 << 20; // bytes per second

/// Adds what a node did to what one of its name did before.
void add_share(std::map<std::string, node_share>& to, const node_share& more) {
  auto& sum = to[more.name];
  sum.name = more.name;
  sum.blobs += more.blobs;
  sum.bytes += more.bytes;
  sum.seconds += more.seconds;
  sum.disk_seconds += more.disk_seconds;
  sum.wire_seconds += more.wire_seconds;
  sum.registry_seconds += more.registry_seconds;
}

} // namespace

void seat::note_rate(std::chrono::duration<double> since_last) noexcept {
  constexpr double weight = 0.3;
  const auto now = static_cast<double>(std::exchange(sent_lately, 0)) / since_last.count();
  rate += (now - rate) * weight;
  const auto slow = limits.bandwidth != 0 && rate < near * static_cast<double>(limits.bandwidth);
  slow_notes = slow ? slow_notes + 1 : 0;
}

std::uint64_t seat::wanted_rate() const noexcept {
  return slow_notes < telling ? protocol::all_there_is
                              : std::max(least_wanted, static_cast<std::uint64_t>(rate * room));
}

void seat::grant_upload(index blob, std::uint64_t bytes) {
  if (uploads.emplace(blob, bytes).second)
    upload_bytes += bytes;
}

void seat::drop_upload(index blob) {
  auto found = uploads.find(blob);
  if (found == uploads.end())
    return;
  upload_bytes -= found->second;
  uploads.erase(found);
}

seat* seats::add(const std::string& id, node_actor node, const std::string& name) {
  protocol::node_set taken;
  for (const auto& [other, each] : seats_)
    taken.set(each.number, true);
  std::size_t number = 0;
  while (number < protocol::node_set::capacity
         && taken.has(static_cast<protocol::seat_number>(number)))
    ++number;
  if (number == protocol::node_set::capacity)
    return nullptr;
  seat fresh;
  fresh.id = id;
  fresh.node = std::move(node);
  fresh.number = static_cast<protocol::seat_number>(number);
  fresh.last.share.name = name;
  return &seats_.insert_or_assign(id, std::move(fresh)).first->second;
}

seat* seats::find(const std::string& id) {
  auto found = seats_.find(id);
  return found == seats_.end() ? nullptr : &found->second;
}

void seats::remove(const std::string& id) {
  auto found = seats_.find(id);
  if (found == seats_.end())
    return;
  add_share(departed_, found->second.last.share);
  seats_.erase(found);
}

std::vector<seat*> seats::by_need() {
  std::vector<seat*> all;
  for (auto& [id, each] : seats_)
    if (each.is == seat::stage::working)
      all.push_back(&each);
  std::stable_sort(all.begin(), all.end(), [](const seat* a, const seat* b) {
    return a->uploads.size() + a->checks.size() < b->uploads.size() + b->checks.size();
  });
  return all;
}

bool seats::any_owes_claims() const {
  return std::any_of(seats_.begin(), seats_.end(),
                     [](const auto& each) { return each.second.owes_claims; });
}

bool seats::any_in(seat::stage stage) const {
  return std::any_of(seats_.begin(), seats_.end(),
                     [stage](const auto& each) { return each.second.is == stage; });
}

bool seats::all_idle() const {
  return std::all_of(seats_.begin(), seats_.end(),
                     [](const auto& each) { return each.second.is_idle(); });
}

std::vector<node_share> seats::shares() const {
  auto sums = departed_;
  for (const auto& [id, each] : seats_)
    add_share(sums, each.last.share);
  std::vector<node_share> all;
  all.reserve(sums.size());
  for (auto& [name, sum] : sums)
    all.push_back(std::move(sum));
  return all;
}

void seats::write(push_status& to) const {
  to.nodes = static_cast<std::uint32_t>(seats_.size());
  for (const auto& [id, each] : seats_) {
    const auto& last = each.last;
    to.in_flight_bytes += last.in_flight_bytes;
    to.bodies.insert(to.bodies.end(), last.bodies.begin(), last.bodies.end());
    to.bodies_in_all += last.bodies_in_all;
    to.work.push_back({last.share.name, each.rate, last.bodies_in_all});
  }
}

} // namespace flotilla::actors

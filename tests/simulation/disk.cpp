#include "tests/simulation/disk.hpp"

#include <algorithm>
#include <utility>

namespace flotilla::simulation {

using actors::push_order;
using actors::push_report;
using actors::upload_result;

void disk::power_cut() {
  for (auto& [push, x] : entries) {
    const auto kept = on_.dice().between(std::min(x.safe, x.confirmed.size()), x.confirmed.size());
    x.confirmed.resize(kept);
  }
}

std::vector<actors::kept_push> disk::kept() const {
  std::vector<actors::kept_push> all;
  for (const auto& [push, x] : entries) {
    actors::kept_push one{push, x.order, {}, x.report};
    if (!x.report) {
      one.memory.restored = true;
      one.memory.paused = x.paused;
      one.memory.model = x.model;
      for (const auto& each : x.confirmed)
        one.memory.confirmed.emplace_back(each.blob, each.how);
    }
    all.push_back(std::move(one));
  }
  return all;
}

namespace {

/// Everything but confirmations waits for the disk, and takes what was before with it.
template <class Change>
void write(disk* to, const std::string& push, Change change) {
  auto found = to->entries.find(push);
  if (!to->takes() || found == to->entries.end())
    return;
  change(found->second);
  found->second.safe = found->second.confirmed.size();
}

void confirm(disk::entry& in, const std::vector<upload_result>& blobs) {
  for (const auto& each : blobs)
    if (std::none_of(in.confirmed.begin(), in.confirmed.end(),
                     [&](const auto& known) { return known.blob == each.blob; }))
      in.confirmed.push_back(each);
}

} // namespace

actors::journal_actor::behavior_type
paper_journal(actors::journal_actor::stateful_pointer<paper_journal_state> self, disk* to,
              on_confirmed tell) {
  auto& state = self->state;
  auto flush = [&state, to] {
    state.flush_is_due = false;
    for (const auto& [push, blobs] : std::exchange(state.gathered, {}))
      if (auto found = to->entries.find(push);
          to->takes() && found != to->entries.end() && !found->second.report)
        confirm(found->second, blobs);
  };
  return {
    [to](atom::submit, const std::string& push, const push_order& order) {
      if (to->takes())
        to->entries[push].order = order;
      return to->takes();
    },
    [to](atom::limit, const std::string& push, const push_order& order) {
      write(to, push, [&](auto& x) { x.order = order; });
    },
    [to](atom::outlined, const std::string& push, const std::string& id) {
      write(to, push, [&](auto& x) {
        if (std::exchange(x.model, id) != id)
          x.confirmed.clear();
      });
    },
    [self, &state, tell](atom::record, const std::string& push,
                         const std::vector<upload_result>& blobs) {
      tell(push, blobs);
      auto& gathered = state.gathered[push];
      gathered.insert(gathered.end(), blobs.begin(), blobs.end());
      if (!std::exchange(state.flush_is_due, true))
        self->delayed_send(self, std::chrono::milliseconds{100}, atom::flush_v);
    },
    [to](atom::pause, const std::string& push, bool paused) {
      write(to, push, [&](auto& x) { x.paused = paused; });
    },
    [&state, to](atom::ended, const std::string& push, const push_report& report) {
      state.gathered.erase(push);
      write(to, push, [&](auto& x) {
        x.report = report;
        x.confirmed.clear();
      });
    },
    [flush](atom::flush) { flush(); },
    [](atom::status) { return true; },
  };
}

} // namespace flotilla::simulation

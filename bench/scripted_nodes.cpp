// Joins a coordinator as a fleet of nodes that only talk, and measures what that costs it:
//   scripted_nodes PORT PID BLOBS [NODES [BATCH]]
// PORT is the coordinator's on loopback, PID its process. Prints `ready REGISTRY_PORT` once all
// nodes have joined; then one push of any source to that registry must be handed in. The nodes tell
// a model of BLOBS blobs, hold all of them, and confirm what they are granted at once, at most
// BATCH blobs in one report (default: all that they have). The registry knows manifests alone.
// Prints a line for each moment of the push:
//   asked|granted|confirmed|ended SECONDS CPU_SECONDS RESIDENT_KIB PEAK_KIB
// SECONDS are since `asked`, the rest is what the coordinator has used so far. Exits 1 if the push
// ends without its manifests.

#include "actors/dialler.hpp"
#include "actors/fleet_link.hpp"
#include "actors/membership.hpp"
#include "app/random_id.hpp"
#include "app/version.hpp"
#include "bench/course.hpp"
#include "bench/manifest_registry.hpp"
#include "bench/paper_model.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace flotilla;
using bench::course;
using protocol::planned_blob;

/// What all nodes share.
struct script {
  protocol::push_plan plan;
  std::size_t batch = SIZE_MAX; ///< blobs in one report, at most
  course& times;
};

using shared_script = std::shared_ptr<const script>;

// ---- a node ----------------------------------------------------------------------------------

actors::surveyor_actor::behavior_type scripted_surveyor(actors::surveyor_actor::pointer,
                                                        shared_script play) {
  using actors::source_query;
  const auto& plan = play->plan;
  return {
    [play, &plan](atom::outline, const source_query&) {
      play->times.note(course::asked);
      return actors::outline_head{1,
                                  static_cast<std::uint32_t>(plan.blobs.size()),
                                  static_cast<std::uint32_t>(plan.manifests.size()),
                                  {},
                                  {}};
    },
    [&plan](atom::page, std::uint32_t, std::uint32_t from) {
      constexpr std::size_t page = 8192; // as `surveyor_state::blobs_a_page`
      const auto first = plan.blobs.begin() + static_cast<std::ptrdiff_t>(from);
      const auto count = std::min(page, plan.blobs.size() - from);
      return std::vector<planned_blob>(first, first + static_cast<std::ptrdiff_t>(count));
    },
    [&plan](atom::manifest, std::uint32_t, std::uint32_t which) {
      return plan.manifests.at(which);
    },
    [](atom::forget, std::uint32_t) {},
    [](atom::locate, const source_query&, const std::vector<planned_blob>& wanted) {
      return actors::survey_page{std::vector<std::uint8_t>(wanted.size(), 1), {}, "/scripted"};
    },
    [](atom::where, const source_query&) { return std::string{"/scripted"}; },
  };
}

/// What a scripted node knows between two messages: as a real one it tells at most so much at a
/// time, but it has always done already what it was told to do.
class scripted_state {
public:
  using interface = actors::node_actor::extend<caf::reacts_to<atom::flush>>;
  using pointer = interface::stateful_pointer<scripted_state>;
  static inline const char* name = "scripted-node";

  explicit scripted_state(pointer self) : self_(self) {
  }

  void wire(actors::node_info who, shared_script play) {
    who_ = std::move(who);
    play_ = std::move(play);
    share_.name = who_.name;
  }
  void engage(actors::push_actor push) {
    push_ = std::move(push);
    tell({});
  }
  void work(actors::work_batch batch) {
    play_->times.note(course::granted);
    for (const auto& order : batch.checks)
      checks_.push_back({order.blob, false, false});
    uploads_.insert(uploads_.end(), batch.uploads.begin(), batch.uploads.end());
    flush();
  }
  void flush() {
    actors::node_report report;
    while (!checks_.empty() && report.checks.size() < play_->batch) {
      report.checks.push_back(checks_.front());
      checks_.pop_front();
    }
    while (!uploads_.empty() && report.checks.size() + report.uploads.size() < play_->batch) {
      report.uploads.push_back({uploads_.front().blob, protocol::confirmation::uploaded});
      report.sent_bytes += uploads_.front().size;
      uploads_.pop_front();
    }
    if (report.checks.empty() && report.uploads.empty())
      return;
    report.moved = true;
    tell(std::move(report));
    self_->send(self_, atom::flush_v);
  }
  /// It has begun everything: nothing goes back.
  void tell(actors::node_report report) {
    share_.blobs += report.uploads.size();
    share_.bytes += report.sent_bytes;
    report.share = share_;
    self_->send(push_, atom::report_v, who_.id, std::move(report));
  }
  void release() {
    play_->times.note(course::ended);
  }

private:
  pointer self_;
  actors::node_info who_;
  shared_script play_;
  actors::push_actor push_;
  std::deque<actors::check_result> checks_;
  std::deque<actors::upload_order> uploads_;
  actors::node_share share_;
};

scripted_state::interface::behavior_type scripted_node(scripted_state::pointer self,
                                                       actors::node_info who, shared_script play) {
  using blobs = std::vector<protocol::ledger::index>;
  auto& state = self->state;
  state.wire(std::move(who), std::move(play));
  return {
    [&state](atom::engage, const actors::engagement&, actors::push_actor& push,
             const actors::token_actor&) { state.engage(std::move(push)); },
    [&state](atom::work, const std::string&, actors::work_batch& batch) {
      state.work(std::move(batch));
    },
    [](atom::limit, const std::string&, const actors::node_limits&) {},
    [](atom::learn, const std::string&, const protocol::registry_profile&) {},
    [](atom::hold, const std::string&, caf::timespan) {},
    [&state](atom::recall, const std::string&, const blobs&) { state.tell({}); },
    [](atom::drop, const std::string&, const blobs&) {},
    [&state](atom::release, const std::string&) { state.release(); },
    [](atom::lost, bool) {},
    [](atom::leave) { return true; },
    [](atom::list) { return std::vector<std::string>{}; },
    [&state](atom::flush) { state.flush(); },
  };
}

/// A worker's process in all that a coordinator sees of it: an actor system, a connection, a lease.
class scripted_worker {
public:
  scripted_worker(std::uint16_t port, unsigned number, const shared_script& play)
    : config_({}), system_(config_) {
    actors::membership_options member;
    member.host = "127.0.0.1";
    member.port = port;
    member.self.id = app::random_id();
    member.self.name = "scripted-" + std::to_string(number);
    surveyor_ = system_.spawn(scripted_surveyor, play);
    node_ = system_.spawn(scripted_node, member.self, play);
    actors::caller who{"worker " + member.self.name, std::string{app::program_version}, {}};
    dialler_ = system_.spawn(actors::dialler, std::move(who));
    membership_ = system_.spawn(actors::membership, std::move(member), dialler_, node_, surveyor_);
  }
  ~scripted_worker() {
    constexpr auto reason = caf::exit_reason::user_shutdown;
    caf::anon_send_exit(membership_, reason);
    caf::anon_send_exit(dialler_, reason);
    caf::anon_send_exit(node_, reason);
    caf::anon_send_exit(surveyor_, reason);
  }
  scripted_worker(const scripted_worker&) = delete;
  scripted_worker& operator=(const scripted_worker&) = delete;

  void await_membership() {
    caf::scoped_actor self{system_};
    for (auto joined = false; !joined;) {
      self->request(membership_, caf::infinite, atom::status_v)
        .receive([&](bool is) { joined = is; },
                 [](const caf::error&) { throw std::runtime_error{"a node gave up"}; });
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }

private:
  actors::link_config config_;
  caf::actor_system system_;
  actors::surveyor_actor surveyor_;
  actors::node_actor node_;
  actors::dialler_actor dialler_;
  actors::membership_actor membership_;
};

// ---- all of them ------------------------------------------------------------------------------

std::uint64_t number(const char* text, std::uint64_t most) {
  char* end = nullptr;
  const auto value = std::strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || value == 0 || value > most)
    throw std::runtime_error{std::string{"no number from 1 to "} + std::to_string(most) + ": "
                             + text};
  return value;
}

int run(int argc, char** argv) {
  const auto port = static_cast<std::uint16_t>(number(argv[1], UINT16_MAX));
  course times{argv[2]};
  script play{bench::paper_model(number(argv[3], 10'000'000)), SIZE_MAX, times};
  const auto nodes = argc > 4 ? number(argv[4], 128) : 4;
  if (argc > 5)
    play.batch = number(argv[5], SIZE_MAX);
  const auto shared = std::make_shared<const script>(std::move(play));
  bench::manifest_registry registry{times};
  std::deque<scripted_worker> workers;
  for (unsigned i = 0; i < nodes; ++i)
    workers.emplace_back(port, i, shared);
  for (auto& each : workers)
    each.await_membership();
  std::cout << "ready " << registry.port() << std::endl;
  times.await_end();
  return times.print() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 4 || argc > 6) {
    std::cerr << "usage: scripted_nodes PORT PID BLOBS [NODES [BATCH]]\n";
    return 2;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "scripted_nodes: " << error.what() << "\n";
    return 1;
  }
}

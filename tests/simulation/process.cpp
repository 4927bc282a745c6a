#include "tests/simulation/process.hpp"

#include "actors/coordinator.hpp"
#include "actors/membership.hpp"
#include "actors/node.hpp"
#include "actors/token.hpp"
#include "actors/token_desk.hpp"
#include "tests/simulation/answer_later.hpp"
#include "tests/simulation/source.hpp"

namespace flotilla::simulation {

namespace {

constexpr auto end = caf::exit_reason::user_shutdown;

caller name_of(const scenario& of) {
  return {of.alone ? "lone" : "head", true, of.alone ? of.nodes[0].slots : 0};
}

caller name_of(const scenario& of, std::size_t number) {
  return {"node-" + std::to_string(number), false, of.nodes[number].slots};
}

actors::dialler_actor::behavior_type paper_dialler(actors::dialler_actor::pointer self,
                                                   worker_process::dialled dial) {
  return {
    [self, dial](atom::dial, const std::string&,
                 std::uint16_t) -> caf::result<actors::coordinator_actor> {
      dial(answer_later(self));
      return caf::delegated<actors::coordinator_actor>{};
    },
  };
}

actors::node_options crew_of(const scenario& of, std::size_t number, std::string id,
                             std::string name) {
  return {std::move(id), std::move(name), of.nodes[number].slots, of.report_every, {}};
}

} // namespace

process::process(place in, caller who)
  : in_(in), who_(who), line_(in.on, in.net, std::move(who), in.of.speed),
    http_(own(system().spawn(paper_http, &line_))) {
}

process::~process() = default;

void process::crash() {
  alive_ = false;
  line_.die();
  for (const auto& each : actors_)
    caf::anon_send_exit(each, end);
}

// ---- the head --------------------------------------------------------------------------------

head_process::head_process(place in, disk* journal, shelf* notes, on_confirmed tell)
  : process(in, name_of(in.of)) {
  auto find = [](const std::string&, const std::string&) {
    return protocol::result<protocol::credentials>{protocol::credentials{"ann", "secret"}};
  };
  actors::coordinator_setting setting;
  setting.version = "1";
  setting.rules = {in.of.alone, in.of.lease, in.of.node_grace};
  setting.http = http_;
  setting.tokens = setting.node_tokens = own(system().spawn(actors::token, http_, find));
  notes->give_back_all();
  setting.keeper = own(system().spawn(paper_keeper, notes));
  std::vector<actors::kept_push> kept;
  if (!in.of.alone) {
    setting.node_tokens = own(system().spawn(actors::token_desk, setting.tokens));
    setting.journal = own(system().spawn(paper_journal, journal, std::move(tell)));
    kept = journal->kept();
  }
  coordinator_ = own(system().spawn(actors::coordinator, std::move(setting), std::move(kept)));
  if (in.of.alone)
    spawn_lone_node();
}

void head_process::spawn_lone_node() {
  auto surveyor = own(system().spawn(paper_surveyor, &in_.of.what, &in_.of.nodes[0]));
  actors::node_info info;
  info.id = info.name = "local";
  info.uploads = in_.of.nodes[0].slots;
  auto crew = crew_of(in_.of, 0, info.id, info.name);
  auto node = own(
    system().spawn(actors::node, http_, surveyor, system().spawn(paper_hasher), std::move(crew)));
  caf::anon_send(coordinator_, atom::join_v, std::move(info), actors::node_actor{node},
                 actors::surveyor_actor{surveyor});
}

void head_process::crash() {
  process::crash();
  coordinator_ = actors::coordinator_actor{};
}

// ---- a node ----------------------------------------------------------------------------------

worker_process::worker_process(place in, std::size_t number, unsigned life, dialled dial)
  : process(in, name_of(in.of, number)) {
  actors::membership_options member;
  member.host = "head.sim";
  member.port = 7400;
  member.self.name = who().name;
  member.self.id = who().name + '/' + std::to_string(life);
  member.self.uploads = in.of.nodes[number].slots;
  member.on_node_death = [this] {
    if (is_alive())
      in_.on.violated("node-lives", who().name + ": its node died by itself");
  };
  auto surveyor = own(system().spawn(paper_surveyor, &in.of.what, &in.of.nodes[number]));
  auto crew = crew_of(in.of, number, member.self.id, member.self.name);
  auto node = own(
    system().spawn(actors::node, http_, surveyor, system().spawn(paper_hasher), std::move(crew)));
  auto dialler = own(system().spawn(paper_dialler, std::move(dial)));
  own(system().spawn(actors::membership, std::move(member), dialler, node, surveyor));
}

actors::coordinator_actor worker_process::connect(const actors::coordinator_actor& head) {
  if (!link_ || link_->is_cut()) {
    link_ = std::make_shared<link>(in_.on, in_.of.link_delay / 4, in_.of.link_delay);
    links_.push_back(link_);
  }
  return link_->proxy(link::end::worker, head);
}

void worker_process::crash() {
  process::crash();
  if (link_)
    link_->cut();
}

void worker_process::close() {
  for (const auto& each : links_)
    each->close();
}

} // namespace flotilla::simulation

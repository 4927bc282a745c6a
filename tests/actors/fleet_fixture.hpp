#pragma once

#include "actors/coordinator.hpp"
#include "actors/hasher.hpp"
#include "actors/node.hpp"
#include "actors/token.hpp"
#include "actors/uploader.hpp"
#include "tests/support/fake_registry.hpp"
#include "tests/support/paper_source.hpp"
#include "tests/support/virtual_time.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flotilla::actors {

/// A coordinator and its nodes on a network without wires, under virtual time.
class fleet : public test::virtual_time {
protected:
  fleet() {
    net->respond = [this](const protocol::http_request& request) { return registry(request); };
    http = sys.spawn(test::scripted_http, net);
    tokens = sys.spawn(token, http, [](const std::string&, const std::string&) {
      return protocol::result<protocol::credentials>{protocol::credentials{"ann", "secret"}};
    });
    order.source.text = "oci:/model";
    order.target = *protocol::parse_reference("registry.test/m/x:v1");
    order.at = {*protocol::parse_url("https://registry.test"), "m/x"};
  }

  ~fleet() override {
    net->held.clear(); // what waits for an answer is held by the network, and holds it
    constexpr auto reason = caf::exit_reason::user_shutdown;
    for (const auto& each : nodes)
      caf::anon_send_exit(each, reason);
    for (const auto& each : surveyors)
      caf::anon_send_exit(each, reason);
    for (const auto& each :
         {caf::actor_cast<caf::actor>(head), caf::actor_cast<caf::actor>(memory),
          caf::actor_cast<caf::actor>(tokens), caf::actor_cast<caf::actor>(http), client})
      if (each)
        caf::anon_send_exit(each, reason);
    settle();
  }

  /// Begins the coordinator: by itself with the first node or order, as one of a lone process.
  void begin(fleet_rules rules, std::vector<kept_push> kept = {}, journal_actor journal = {}) {
    coordinator_setting setting;
    setting.version = "1";
    setting.rules = rules;
    setting.http = http;
    setting.tokens = setting.node_tokens = tokens;
    setting.journal = std::move(journal);
    setting.keeper = memory;
    head = sys.spawn(coordinator, std::move(setting), std::move(kept));
    settle();
  }
  void begin_if_not_begun() {
    fleet_rules alone;
    alone.alone = true;
    if (!head)
      begin(alone);
  }

  /// A node that holds the whole source.
  void add_node(const std::string& name = "local", std::uint32_t uploads = 4) {
    add_node(name, uploads, {});
  }
  /// One that lacks these blobs of it.
  void add_node(const std::string& name, std::uint32_t uploads, const std::set<std::size_t>& lacks,
                bool has_manifests = true) {
    begin_if_not_begun();
    auto source = std::make_shared<test::paper_source>();
    source->plan = source_plan;
    source->has_manifests = has_manifests;
    for (auto blob : lacks)
      source->lacks.insert(source_plan.blobs[blob].id);
    sources.push_back(source);
    surveyors.push_back(sys.spawn(test::paper_surveyor, source));
    node_options crew;
    crew.id = crew.name = name;
    crew.uploads = uploads;
    nodes.push_back(sys.spawn(node, http, surveyors.back(), sys.spawn(hasher), crew));
    join(nodes.size() - 1, name);
  }
  void join(std::size_t which, const std::string& name) {
    node_info info;
    info.id = info.name = name;
    caf::anon_send(head, atom::join_v, info, nodes[which], surveyors[which]);
    settle();
  }

  /// A plan of blobs with these sizes, and a manifest that stands for them.
  void plan(const std::vector<std::uint64_t>& sizes) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      auto id = protocol::digest::of("blob " + std::to_string(i));
      source_plan.blobs.push_back({id, sizes[i], 0});
      registry.wanted.insert(id.to_string());
    }
    std::string bytes = "manifest";
    source_plan.manifests
      = {{protocol::digest::of(bytes), "application/vnd.oci.image.manifest.v1+json", bytes, false}};
  }
  std::string digest_of(std::size_t blob) const {
    return source_plan.blobs[blob].id.to_string();
  }

  /// Hands the order in; `report` holds the end once it has come.
  void submit() {
    begin_if_not_begun();
    client = sys.spawn([this](caf::event_based_actor* self) {
      self->request(head, caf::infinite, atom::submit_v, order)
        .then([this, self](std::string& given) {
          push_id = std::move(given);
          self->request(head, caf::infinite, atom::await_v, push_id)
            .then([this](push_report& last) { report = std::move(last); });
        });
    });
    settle();
  }
  static bool is_body(const protocol::http_request& request) {
    return request.verb == protocol::method::put
           && request.url.find("digest=") != std::string::npos;
  }
  void hold_bodies() {
    net->hold = is_body;
  }
  /// What a journal gives back of the push, or of one with that id.
  kept_push kept(const std::string& id) const {
    kept_push of;
    of.id = id;
    of.order = order;
    of.memory.restored = true;
    of.memory.model = source_plan.top().id.to_string();
    return of;
  }
  void beat_for(std::chrono::seconds span, const std::vector<std::string>& who) {
    for (; span.count() > 0; span -= std::chrono::seconds{1}) {
      for (const auto& name : who)
        command(atom::beat_v, name);
      pass(std::chrono::seconds{1});
    }
  }
  /// Tells the push something.
  template <class... Words>
  void command(Words... words) {
    caf::scoped_actor self{sys};
    self->send(head, std::move(words)...);
    settle();
  }

  std::shared_ptr<test::network> net = std::make_shared<test::network>();
  test::fake_registry registry;
  http_actor http;
  token_actor tokens;
  keeper_actor memory; ///< null: none
  coordinator_actor head;
  std::vector<node_actor> nodes;
  std::vector<surveyor_actor> surveyors;
  std::vector<std::shared_ptr<test::paper_source>> sources; ///< of the nodes
  protocol::push_plan source_plan;
  push_order order;
  caf::actor client;
  std::string push_id;
  std::optional<push_report> report;
};

} // namespace flotilla::actors

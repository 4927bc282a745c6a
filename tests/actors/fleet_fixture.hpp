#pragma once

#include "actors/coordinator.hpp"
#include "actors/node.hpp"
#include "actors/token.hpp"
#include "actors/uploader.hpp"
#include "tests/support/fake_registry.hpp"
#include "tests/support/virtual_time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::actors {

/// A coordinator and its nodes on a network without wires, under virtual time.
class fleet : public test::virtual_time {
protected:
  fleet() {
    net->respond = [this](const protocol::http_request& request) { return registry(request); };
    http = sys.spawn(test::scripted_http, net);
    tokens = sys.spawn(token, http, [](const std::string&) {
      return protocol::result<protocol::credentials>{protocol::credentials{"ann", "secret"}};
    });
    head = sys.spawn(coordinator, http, tokens);
    order.target = *protocol::parse_reference("registry.test/m/x:v1");
    order.at = {*protocol::parse_url("https://registry.test"), "m/x"};
  }

  ~fleet() override {
    net->held.clear(); // what waits for an answer is held by the network, and holds it
    constexpr auto reason = caf::exit_reason::user_shutdown;
    if (push)
      caf::anon_send_exit(push, reason);
    for (const auto& each : nodes)
      caf::anon_send_exit(each, reason);
    for (const auto& each : {caf::actor_cast<caf::actor>(head), caf::actor_cast<caf::actor>(tokens),
                             caf::actor_cast<caf::actor>(http), follower, client})
      if (each)
        caf::anon_send_exit(each, reason);
    settle();
  }

  void add_node(const std::string& name = "local", std::uint32_t uploads = 4) {
    node_options crew;
    crew.name = name;
    crew.uploads = uploads;
    nodes.push_back(sys.spawn(node, http, tokens, crew));
    caf::anon_send(head, atom::join_v, name, nodes.back());
    settle();
  }

  /// A plan of blobs with these sizes, and a manifest that stands for them.
  void plan(const std::vector<std::uint64_t>& sizes) {
    order.plan.root = "/model";
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      auto id = protocol::digest::of("blob " + std::to_string(i));
      order.plan.blobs.push_back({id, sizes[i], 0, protocol::blob_naming::oci});
      registry.wanted.insert(id.to_string());
    }
    std::string bytes = "manifest";
    order.plan.manifests
      = {{protocol::digest::of(bytes), "application/vnd.oci.image.manifest.v1+json", bytes, false}};
  }
  std::string digest_of(std::size_t blob) const {
    return order.plan.blobs[blob].id.to_string();
  }

  /// Hands the order in; `report` holds the end once it has come.
  void submit() {
    follower = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](atom::ended, push_report& last) { report = std::move(last); }};
    });
    client = sys.spawn([this](caf::event_based_actor* self) {
      self->request(head, caf::infinite, atom::submit_v, order, follower)
        .then([this](push_actor& handle) { push = std::move(handle); });
    });
    settle();
  }

  std::shared_ptr<test::network> net = std::make_shared<test::network>();
  test::fake_registry registry;
  http_actor http;
  token_actor tokens;
  coordinator_actor head;
  std::vector<node_actor> nodes;
  push_order order;
  caf::actor follower;
  caf::actor client;
  push_actor push;
  std::optional<push_report> report;
};

} // namespace flotilla::actors

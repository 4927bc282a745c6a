#pragma once

#include "app/report.hpp"

namespace flotilla::test {

/// A push that has ended well, with every number another one.
struct sample_push {
  protocol::reference target = *protocol::parse_reference("registry.example:5000/models/llama:v1");
  protocol::push_plan plan;
  actors::push_report report;

  sample_push() {
    plan.source = "oci:./llama";
    for (std::uint64_t size : {1'000u, 2'000u, 4'000u, 8'000u})
      plan.blobs.push_back(
        {protocol::digest::of(std::to_string(size)), size, 0, protocol::blob_naming::oci});
    const std::string bytes = "{}";
    plan.manifests.push_back(
      {protocol::digest::of(bytes), "application/vnd.oci.image.manifest.v1+json", bytes, false});
    auto& last = report.last;
    last.now = actors::phase::ended;
    last.total = {4, 15'000};
    last.present = {1, 1'000};
    last.mounted = {1, 2'000};
    last.uploaded = {1, 4'000};
    last.resumed = {1, 8'000};
    last.sent_bytes = 13'500;
    last.resent_bytes = 1'500;
    last.seconds = 2.5;
    last.throttled_seconds = 0.75;
    last.retries = {{"429", 3}, {"network", 1}};
    report.tags = {"v1", "latest"};
    report.bottleneck = "network";
    actors::node_share share;
    share.name = "local";
    share.blobs = 2;
    share.bytes = 12'000;
    share.seconds = 2.25;
    report.nodes = {share};
  }

  app::outcome outcome() const {
    return {target, plan, report};
  }
};

} // namespace flotilla::test

#pragma once

#include "app/report.hpp"

namespace flotilla::test {

/// A push that has ended well, with every number another one.
struct sample_push {
  protocol::reference target = *protocol::parse_reference("registry.example:5000/models/llama:v1");
  std::string source = "oci:./llama";
  actors::push_report report;

  sample_push() {
    report.model = protocol::digest::of("{}");
    report.manifests = 1;
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

  static actors::absent_blob absent(protocol::ledger::index blob, std::uint64_t size,
                                    bool mountable) {
    return {blob, protocol::digest::of("blob " + std::to_string(blob)), size, mountable};
  }

  app::outcome outcome() const {
    return {target, source, report};
  }
};

} // namespace flotilla::test

#include "tests/simulation/scenario.hpp"

#include <algorithm>

namespace flotilla::simulation {

using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t mib = 1 << 20;

milliseconds draw_ms(draw& dice, std::uint64_t least, std::uint64_t most) {
  return milliseconds{static_cast<milliseconds::rep>(dice.between(least, most))};
}

void draw_fleet(draw& dice, scenario& to) {
  to.alone = dice.chance(30);
  const auto nodes = to.alone ? 1 : dice.between(1, 6);
  const bool sharded = nodes > 1 && dice.chance(35);
  to.nodes.resize(nodes);
  for (auto& node : to.nodes)
    node.slots = dice.chance(85) ? static_cast<std::uint32_t>(dice.between(1, 4)) : 32;
  if (sharded) { // each blob lies on some nodes, at least on one
    for (std::size_t blob = 0; blob < to.what.plan.blobs.size(); ++blob) {
      const auto certain = dice.below(nodes);
      for (std::size_t i = 0; i < nodes; ++i)
        if (i != certain && dice.chance(70))
          to.nodes[i].lacks.insert(blob);
    }
    const auto certain = dice.below(nodes);
    for (std::size_t i = 0; i < nodes; ++i)
      to.nodes[i].has_manifests = i == certain || dice.chance(60);
  }
  to.lease = draw_ms(dice, 800, 4'000);
  to.node_grace = draw_ms(dice, 8'000, 25'000);
  to.report_every = draw_ms(dice, 200, 500);
  to.link_delay = span{static_cast<span::rep>(dice.between(100'000, 60'000'000))};
}

void draw_registry(draw& dice, scenario& to) {
  auto& ways = to.ways;
  ways.takes_tokens = dice.chance(50);
  ways.token_life = std::chrono::seconds{dice.chance(50) ? 300 : 60};
  ways.mounts = dice.chance(70);
  ways.strict_state = dice.chance(50);
  ways.keeps_cut = dice.chance(70);
  ways.refuses_early = dice.chance(60);
  ways.checks_manifests = dice.chance(80);
  ways.relative_locations = dice.chance(30);
  ways.names_digests = dice.chance(80);
  ways.takes_chunks = dice.chance(85);
  ways.least_chunk = dice.chance(15) ? 5 * mib : 0;
  if (ways.takes_chunks && dice.chance(8)) // a proxy's limit
    ways.most_body = std::max<std::uint64_t>(10 * mib, to.what.plan.total_bytes() / 12);
  const auto share = dice.one_of<unsigned>({0, 0, 0, 10, 50, 90, 100});
  for (std::size_t blob = 0; blob < to.what.plan.blobs.size(); ++blob) {
    if (dice.chance(share))
      to.present.insert(blob);
    if (dice.chance(40))
      to.mountable.insert(blob);
  }
  to.manifest_present = dice.chance(share == 100 ? 60 : 5);
}

void draw_options(draw& dice, scenario& to) {
  auto& options = to.options;
  using actors::purpose;
  using actors::verification;
  options.to = dice.chance(86) ? purpose::push : dice.chance(50) ? purpose::plan : purpose::verify;
  options.check = dice.one_of<protocol::check_mode>(
    {protocol::check_mode::automatic, protocol::check_mode::automatic, protocol::check_mode::always,
     protocol::check_mode::never});
  options.verify = dice.one_of<verification>(
    {verification::manifest, verification::manifest, verification::none, verification::blobs});
  options.uploads = 32; // the nodes have fewer slots
  options.max_uploads = dice.chance(15) ? static_cast<std::uint32_t>(dice.between(1, 6)) : 0;
  options.checks = dice.one_of<std::uint32_t>({1, 4, 128});
  options.retry_budget = draw_ms(dice, 8'000, 40'000);
  options.reach_budget = draw_ms(dice, 3'000, 20'000);
  const auto total = to.what.plan.total_bytes();
  to.known = protocol::built_in_profile(*protocol::parse_url("https://registry.sim"));
  to.known.chunk = std::max(to.known.chunk, total / dice.between(8, 40)); // else there are too many
  to.known.threshold = dice.one_of<std::uint64_t>({1 << 20, 64 << 20, 1 << 30});
  options.chunk = dice.one_of<std::uint64_t>({0, 0, 0, 0, UINT64_MAX, to.known.chunk / 2 + mib});
  to.knows_mount_source = dice.chance(25);
  to.tags.clear();
  if (dice.chance(30))
    to.tags.push_back("latest");
}

} // namespace

/// A line that cuts bodies makes chunks shorter, down to 1 MiB, and each costs its round trips.
milliseconds scenario::bound() const {
  auto last = milliseconds{0};
  auto chunks = milliseconds{0};
  for (const auto& each : faults) {
    last = std::max(last, each.end());
    if (each.what == fault_kind::body_cut)
      chunks = std::chrono::duration_cast<milliseconds>(speed.latency)
               * static_cast<int>(3 * what.plan.total_bytes() / mib);
  }
  return last + chunks + options.retry_budget + options.reach_budget + node_grace + 4 * lease
         + milliseconds{120'000 + 2'000 * what.plan.blobs.size()};
}

scenario draw_scenario(std::uint64_t seed) {
  draw dice{seed};
  scenario drawn;
  drawn.seed = seed;
  drawn.disorder = dice.one_of<unsigned>({0, 10, 50, 100});
  drawn.what = draw_model(dice);
  draw_fleet(dice, drawn);
  draw_registry(dice, drawn);
  draw_options(dice, drawn);
  drawn.submitted_at = draw_ms(dice, 0, dice.chance(30) ? 300 : 2'000);
  const auto usual = draw_ms(dice, 1'000, 10'000); // all bodies, one after the other
  drawn.speed.latency = span{static_cast<span::rep>(dice.between(1'000'000, 40'000'000))};
  drawn.speed.commit = span{static_cast<span::rep>(dice.between(1'000'000, 400'000'000))};
  drawn.speed.bytes_per_second = std::max<std::uint64_t>(
    mib, drawn.what.plan.total_bytes() / static_cast<std::uint64_t>(usual.count()) * 1'000);
  auto faults_dice = dice.split();
  drawn.faults = draw_faults(faults_dice, drawn, usual);
  return drawn;
}

std::string describe(const scenario& x) {
  auto text = (x.alone ? std::string{"one process, slots "}
                       : std::to_string(x.nodes.size()) + " nodes, slots ");
  for (const auto& node : x.nodes)
    text += std::to_string(node.slots) + (node.lacks.empty() ? " " : "* ");
  text += "\n  " + std::to_string(x.what.plan.blobs.size()) + " blobs of "
          + std::to_string(x.what.plan.total_bytes()) + " bytes, "
          + std::to_string(x.what.plan.manifests.size()) + " manifests; present "
          + std::to_string(x.present.size()) + (x.manifest_present ? " and the manifest" : "");
  text += "\n  lease " + std::to_string(x.lease.count()) + " ms, grace "
          + std::to_string(x.node_grace.count()) + " ms, budget "
          + std::to_string(x.options.retry_budget.count()) + " ms, purpose "
          + std::to_string(static_cast<int>(x.options.to)) + ", check "
          + std::to_string(static_cast<int>(x.options.check)) + ", verify "
          + std::to_string(static_cast<int>(x.options.verify)) + ", tokens "
          + std::to_string(x.ways.takes_tokens) + ", mounts " + std::to_string(x.ways.mounts)
          + ", max " + std::to_string(x.options.max_uploads) + ", disorder "
          + std::to_string(x.disorder);
  return text + '\n';
}

} // namespace flotilla::simulation

#include "tests/simulation/scenario.hpp"

#include <algorithm>

namespace flotilla::simulation {

using std::chrono::milliseconds;

namespace {

milliseconds up_to(draw& dice, milliseconds most) {
  return milliseconds{
    static_cast<milliseconds::rep>(dice.between(0, static_cast<std::uint64_t>(most.count())))};
}

fault_kind draw_kind(draw& dice, bool alone) {
  using k = fault_kind;
  static const std::vector<k> of_all{
    k::trouble,        k::trouble,     k::trouble,     k::trouble,     k::body_cut,
    k::body_cut,       k::answer_lost, k::answer_lost, k::unreachable, k::sessions_expired,
    k::tokens_revoked, k::no_tokens,   k::blob_lost,   k::emptied,     k::mangled,
    k::clock_jump,     k::pause,       k::limit,       k::cancel,      k::head_crash};
  static const std::vector<k> of_fleets{k::node_crash, k::node_crash, k::node_crash, k::link_cut,
                                        k::link_cut,   k::link_cut,   k::link_stall, k::link_stall,
                                        k::head_crash, k::disk_full};
  return !alone && dice.chance(45) ? dice.one_of(of_fleets) : dice.one_of(of_all);
}

trouble_kind draw_trouble(draw& dice) {
  using t = trouble_kind;
  static const std::vector<t> passing{t::server_error,   t::bad_gateway, t::unavailable,
                                      t::unavailable_in, t::too_many,    t::too_many_in,
                                      t::timed_out};
  static const std::vector<t> final{t::garbage, t::forbidden, t::not_allowed};
  return dice.chance(93) ? dice.one_of(passing) : dice.one_of(final);
}

fault draw_fault(draw& dice, const scenario& in, milliseconds usual) {
  fault x;
  x.what = draw_kind(dice, in.alone);
  x.at = up_to(dice, usual * 3 / 2 + milliseconds{1'000});
  x.who = static_cast<std::uint32_t>(dice.below(in.nodes.size()));
  x.count = static_cast<std::uint32_t>(dice.between(1, dice.chance(70) ? 3 : 30));
  switch (x.what) {
    case fault_kind::node_crash:
      x.detail = static_cast<std::uint32_t>(dice.one_of<unsigned>({0, 0, 0, 1, 2, 2}));
      x.span = up_to(dice, milliseconds{6'000});
      break;
    case fault_kind::head_crash:
    case fault_kind::link_cut:
      x.detail = static_cast<std::uint32_t>(dice.below(2));
      x.span = up_to(dice, milliseconds{6'000});
      break;
    case fault_kind::trouble:
      x.who = dice.chance(30) ? 0 : 1U << dice.below(deeds);
      x.detail = static_cast<std::uint32_t>(draw_trouble(dice));
      x.span = up_to(dice, milliseconds{8'000});
      break;
    case fault_kind::body_cut:
      x.count = std::min(x.count, 4U); // after many of them the waits are long
      x.detail
        = static_cast<std::uint32_t>(dice.chance(20) ? dice.below(2) * 1000 : dice.below(1001));
      break;
    case fault_kind::blob_lost:
      x.who = static_cast<std::uint32_t>(dice.below(in.what.plan.blobs.size()));
      x.detail = static_cast<std::uint32_t>(dice.below(2));
      break;
    case fault_kind::clock_jump: x.detail = static_cast<std::uint32_t>(dice.below(48)); break;
    case fault_kind::limit: x.count = static_cast<std::uint32_t>(dice.between(1, 32)); break;
    default: x.span = up_to(dice, milliseconds{5'000}); break;
  }
  return x;
}

/// Where nothing is kept of a chunk that is cut, few cuts make chunks so short that a large blob
/// takes hours, which is nothing wrong and nothing to wait for.
bool cuts_again(const std::vector<fault>& before, const fault& x) {
  return x.what == fault_kind::body_cut
         && std::any_of(before.begin(), before.end(),
                        [](const fault& y) { return y.what == fault_kind::body_cut; });
}

} // namespace

std::vector<fault> draw_faults(draw& dice, const scenario& in, milliseconds usual) {
  const auto wanted = dice.chance(10)   ? 0
                      : dice.chance(60) ? dice.between(1, 3)
                                        : dice.between(4, 10);
  std::vector<fault> drawn;
  for (std::uint64_t i = 0; i < wanted; ++i)
    if (auto x = draw_fault(dice, in, usual); in.ways.keeps_cut || !cuts_again(drawn, x))
      drawn.push_back(x);
  std::stable_sort(drawn.begin(), drawn.end(),
                   [](const fault& a, const fault& b) { return a.at < b.at; });
  return drawn;
}

} // namespace flotilla::simulation

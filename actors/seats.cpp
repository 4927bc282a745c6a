#include "actors/seats.hpp"

namespace flotilla::actors {

void seats::add(const std::string& name, node_actor node) {
  seats_[name].node = std::move(node);
  seats_[name].share.name = name;
}

bool seats::take(const std::string& name, const node_report& report) {
  auto found = seats_.find(name);
  if (found == seats_.end())
    return false;
  auto& at = found->second;
  at.checks_out -= static_cast<std::uint32_t>(report.checks.size());
  at.uploads_out -= static_cast<std::uint32_t>(report.uploads.size());
  at.in_flight_bytes = report.in_flight_bytes;
  at.bodies = report.bodies;
  at.bodies_in_all = report.bodies_in_all;
  at.share = report.share;
  return true;
}

seats::grants seats::grant(limits most,
                           const std::function<std::optional<check_order>()>& next_check,
                           const std::function<std::optional<upload_order>()>& next_upload) {
  grants all;
  for (auto& [name, at] : seats_) {
    work_batch batch;
    while (at.checks_out < most.checks) {
      auto order = next_check();
      if (!order)
        break;
      ++at.checks_out;
      batch.checks.push_back(std::move(*order));
    }
    while (at.uploads_out < most.uploads) {
      auto order = next_upload();
      if (!order)
        break;
      ++at.uploads_out;
      batch.uploads.push_back(std::move(*order));
    }
    if (!batch.checks.empty() || !batch.uploads.empty())
      all.emplace_back(at.node, std::move(batch));
  }
  return all;
}

std::vector<node_actor> seats::nodes() const {
  std::vector<node_actor> all;
  for (const auto& [name, at] : seats_)
    all.push_back(at.node);
  return all;
}

std::vector<node_share> seats::shares() const {
  std::vector<node_share> all;
  for (const auto& [name, at] : seats_)
    all.push_back(at.share);
  return all;
}

void seats::write(push_status& to) const {
  for (const auto& [name, at] : seats_) {
    to.in_flight_bytes += at.in_flight_bytes;
    to.bodies.insert(to.bodies.end(), at.bodies.begin(), at.bodies.end());
    to.bodies_in_all += at.bodies_in_all;
  }
}

} // namespace flotilla::actors

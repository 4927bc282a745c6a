#include "tests/simulation/watch.hpp"

#include <algorithm>
#include <string>

namespace flotilla::simulation {

using protocol::errc;

namespace {

constexpr std::uint64_t absurd = std::uint64_t{1} << 60; ///< bytes: a number that went below 0

} // namespace

void watch::status(const actors::push_status& now) {
  const auto blobs = now.present.blobs + now.mounted.blobs + now.uploaded.blobs + now.resumed.blobs;
  const auto bytes = now.present.bytes + now.mounted.bytes + now.uploaded.bytes + now.resumed.bytes;
  if (bytes < confirmed_)
    on_.violated("monotonic", "confirmed bytes fell from " + std::to_string(confirmed_) + " to "
                                + std::to_string(bytes));
  confirmed_ = bytes;
  if (blobs > now.total.blobs || bytes > now.total.bytes)
    on_.violated("bounded", std::to_string(blobs) + " of " + std::to_string(now.total.blobs)
                              + " blobs are confirmed, " + std::to_string(bytes) + " of "
                              + std::to_string(now.total.bytes) + " bytes");
  if (blobs + now.missing.blobs > now.total.blobs)
    on_.violated("bounded", std::to_string(blobs) + " blobs confirmed and "
                              + std::to_string(now.missing.blobs) + " missing of "
                              + std::to_string(now.total.blobs));
  if (now.sent_bytes < sent_ || now.sent_bytes > absurd || now.resent_bytes > now.sent_bytes
      || now.in_flight_bytes > absurd)
    on_.violated("counts", "sent " + std::to_string(now.sent_bytes) + " after "
                             + std::to_string(sent_) + ", resent "
                             + std::to_string(now.resent_bytes) + ", in flight "
                             + std::to_string(now.in_flight_bytes));
  sent_ = now.sent_bytes;
  std::uint64_t there = 0;
  for (const auto& [digest, blob] : of_.what.by_digest)
    there += at_.has(digest, of_.what.plan.blobs[blob].size) || at_.has_lost(digest) ? 1 : 0;
  if (blobs > there)
    on_.violated("confirmed", std::to_string(blobs) + " blobs are confirmed, and the registry has "
                                + std::to_string(there));
}

void watch::recorded(const std::vector<actors::upload_result>& confirmed) {
  for (const auto& each : confirmed) {
    const auto& blob = of_.what.plan.blobs.at(each.blob);
    const auto digest = blob.id.to_string();
    if (!at_.has(digest, blob.size) && !at_.has_lost(digest))
      on_.violated("confirmed", digest + " is confirmed, and the registry does not have it");
  }
}

bool watch::is_explained(errc how) const {
  if (how == errc::differs && of_.manifest_present
      && of_.present.size() < of_.what.plan.blobs.size())
    return true; // it had lost some before, and they are only looked at in the end
  if (how == errc::no_node && all_here_())
    return false;
  if (how == errc::differs && of_.options.to == actors::purpose::verify)
    return true; // it is what was asked for; `planned` looks whether it is true
  const bool some_lack_manifests = std::any_of(of_.nodes.begin(), of_.nodes.end(),
                                               [](const auto& x) { return !x.has_manifests; });
  if (how == errc::source_invalid && some_lack_manifests)
    return true; // nobody else was there when it was asked for
  if (how == errc::refused && of_.ways.most_body < of_.what.plan.total_bytes()
      && (of_.options.chunk == UINT64_MAX || of_.ways.least_chunk > of_.ways.most_body))
    return true; // nothing fits
  return std::any_of(of_.faults.begin(), of_.faults.end(),
                     [how](const fault& x) { return explains(x, how); });
}

void watch::report(const actors::push_report& last) {
  status(last.last);
  on_.say("ended: " + std::string{to_string(last.why.code)} + ' ' + last.why.message);
  if (last.why.code == errc::none && of_.options.to == actors::purpose::push)
    done(last);
  if (last.why.code == errc::none || last.why.code == errc::differs)
    planned(last);
  if (last.why.code == errc::none)
    return;
  if (last.why.code == errc::internal || last.why.message.empty())
    on_.violated("reason",
                 "it ended as " + std::string{to_string(last.why.code)} + ": " + last.why.message);
  else if (!is_explained(last.why.code))
    on_.violated("reason", "nothing that happened explains " + std::string{to_string(last.why.code)}
                             + ": " + last.why.message);
}

/// What the registry serves is the model; what it has lost is nobody's fault.
void watch::done(const actors::push_report& last) {
  const auto& plan = of_.what.plan;
  for (const auto& blob : plan.blobs)
    if (const auto id = blob.id.to_string(); !at_.has(id, blob.size) && !at_.has_lost(id))
      on_.violated("done", "the push is done, and the registry lacks " + id);
  auto serves = [&](const std::string& reference, const protocol::planned_manifest& what) {
    if (at_.manifest(reference) != what.bytes && !at_.has_lost(reference))
      on_.violated("done", "the push is done, and the registry does not serve " + reference);
  };
  for (const auto& each : plan.manifests)
    serves(each.id.to_string(), each);
  serves("v1", plan.top());
  for (const auto& tag : of_.tags)
    serves(tag, plan.top());
  if (last.tags.size() != of_.tags.size() + 1)
    on_.violated("done",
                 "the push is done, and names " + std::to_string(last.tags.size()) + " tags");
}

/// A plan names all that is absent, and nothing else.
void watch::planned(const actors::push_report& last) {
  const bool changes = std::any_of(of_.faults.begin(), of_.faults.end(), [](const fault& x) {
    const bool lies = x.what == fault_kind::trouble
                      && x.detail == static_cast<std::uint32_t>(trouble_kind::garbage);
    return x.what == fault_kind::blob_lost || x.what == fault_kind::emptied || lies;
  });
  if (of_.options.to == actors::purpose::push || changes)
    return;
  std::size_t absent = 0;
  for (const auto& blob : of_.what.plan.blobs)
    absent += at_.has(blob.id.to_string(), blob.size) ? 0 : 1;
  if (absent != last.absent.size())
    on_.violated("plan", "it tells of " + std::to_string(last.absent.size())
                           + " absent blobs, and the registry lacks " + std::to_string(absent));
}

} // namespace flotilla::simulation

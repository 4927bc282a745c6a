#include "metrics/push_metrics.hpp"

#include <algorithm>

namespace flotilla::metrics {

namespace {

constexpr std::array<std::string_view, 6> retry_labels{"network", "429",          "408",
                                                       "5xx",     "session-lost", "other"};

prometheus::Counter& counter(prometheus::Registry& to, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(to).Add({});
}

prometheus::Gauge& gauge(prometheus::Registry& to, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(to).Add({});
}

/// Counters only grow: what is not more than before changes nothing.
void raise(prometheus::Counter& to, std::uint64_t now) {
  const auto more = static_cast<double>(now) - to.Value();
  if (more > 0)
    to.Increment(more);
}

} // namespace

std::string_view retry_label(std::string_view reason) noexcept {
  const auto is_server_error
    = reason.size() == 3 && reason[0] == '5'
      && std::all_of(reason.begin(), reason.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_server_error)
    return "5xx";
  const auto* known = std::find(retry_labels.begin(), retry_labels.end(), reason);
  return known == retry_labels.end() ? retry_labels.back() : *known;
}

push_metrics::push_metrics(prometheus::Registry& registry, const build_labels& build)
  : blobs_(prometheus::BuildCounter()
             .Name("flotilla_blobs_total")
             .Help("Blobs that the registry has confirmed, by how they came to be there.")
             .Register(registry)),
    present_(blobs_.Add({{"result", "present"}})), mounted_(blobs_.Add({{"result", "mounted"}})),
    uploaded_(blobs_.Add({{"result", "uploaded"}})), resumed_(blobs_.Add({{"result", "resumed"}})),
    sent_bytes_(counter(registry, "flotilla_sent_bytes_total",
                        "Bytes of blobs that left this process, repeats included.")),
    resent_bytes_(counter(registry, "flotilla_resent_bytes_total",
                          "Bytes of blobs that left this process and had left before.")),
    plan_bytes_(gauge(registry, "flotilla_plan_bytes", "Bytes of all blobs of the push.")),
    done_bytes_(gauge(registry, "flotilla_done_bytes",
                      "Bytes of the push that are confirmed or on the wire.")),
    push_seconds_(prometheus::BuildHistogram()
                    .Name("flotilla_push_duration_seconds")
                    .Help("From the beginning of a push to its end, good or bad.")
                    .Register(registry)
                    .Add({}, prometheus::Histogram::BucketBoundaries{.1, .3, 1, 3, 10, 30, 100, 300,
                                                                     1000, 3000, 10'000})) {
  auto& retries = prometheus::BuildCounter()
                    .Name("flotilla_retries_total")
                    .Help("Requests that did not work and were made again, by reason.")
                    .Register(registry);
  for (std::size_t i = 0; i < reasons; ++i)
    retries_[i] = &retries.Add({{"reason", std::string{retry_labels[i]}}});
  prometheus::BuildGauge()
    .Name("flotilla_build_info")
    .Help("Always 1; the labels say what runs.")
    .Register(registry)
    .Add({{"version", build.version}, {"compiler", build.compiler}})
    .Set(1);
}

void push_metrics::update(const push_numbers& now) {
  raise(present_, now.present_blobs);
  raise(mounted_, now.mounted_blobs);
  raise(uploaded_, now.uploaded_blobs);
  raise(resumed_, now.resumed_blobs);
  raise(sent_bytes_, now.sent_bytes);
  raise(resent_bytes_, now.resent_bytes);
  plan_bytes_.Set(static_cast<double>(now.plan_bytes));
  done_bytes_.Set(static_cast<double>(now.done_bytes));
  std::array<std::uint64_t, reasons> sums{};
  for (const auto& [reason, count] : now.retries) {
    const auto* label = std::find(retry_labels.begin(), retry_labels.end(), retry_label(reason));
    sums[static_cast<std::size_t>(label - retry_labels.begin())] += count;
  }
  for (std::size_t i = 0; i < reasons; ++i)
    raise(*retries_[i], sums[i]);
}

void push_metrics::ended(double seconds) {
  push_seconds_.Observe(seconds);
}

} // namespace flotilla::metrics

#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

// Series without labels that somebody keeps up to date.
namespace flotilla::metrics {

inline prometheus::Counter& counter(prometheus::Registry& to, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(to).Add({});
}

inline prometheus::Gauge& gauge(prometheus::Registry& to, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(to).Add({});
}

/// Counters only grow: what is not more than before changes nothing.
inline void raise(prometheus::Counter& to, double now) {
  const auto more = now - to.Value();
  if (more > 0)
    to.Increment(more);
}

} // namespace flotilla::metrics

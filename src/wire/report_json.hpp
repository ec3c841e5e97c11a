#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "model/report.hpp"

/// Status and events as JSON: on the wire, in the store and in the API alike.
namespace flyball::wire {

Json to_json(const Condition& condition);
Result<Condition> condition_from(const Json& json);

Json to_json(const ResourceStatus& status);
Result<ResourceStatus> resource_status_from(const Json& json);

Json to_json(const StatusReport& report);
Result<StatusReport> status_report_from(const Json& json);

Json to_json(const DeviceEvent& event);
Result<DeviceEvent> device_event_from(const Json& json);

Json to_json(const Facts& facts);
Result<Facts> facts_from(const Json& json);
/// Of their canonical JSON: how agent and server name a set of facts.
Digest facts_digest(const Facts& facts);

}  // namespace flyball::wire

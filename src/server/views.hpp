#pragma once

#include "server/impl.hpp"

// What people see, as JSON: the API's shapes and those of `-o json`.
namespace flyball::server {

State state_of(const Server::Impl& server, const DeviceId& id);    ///< The one word for a device.
Json device_line(const Server::Impl& server, const DeviceId& id);  ///< A row of a list.
Json release_json(const Release& release);
Json trouble_json(const Trouble& trouble);
Json event_json(const Event& event);
Json device_event_json(const store::DeviceEventRecord& event);
std::vector<DeviceId> all_devices(const Server::Impl& server);  ///< Declared or enrolled, by name.
Json overview(const Server::Impl& server);
/// How far a release is: devices declared, verified at it or later, failed, away.
Json progress(const Server::Impl& server, const Release& release);

}  // namespace flyball::server

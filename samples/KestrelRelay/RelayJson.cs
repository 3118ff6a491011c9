using System.Text.Json;
using System.Text.Json.Serialization;

namespace KestrelRelaySample;

/// <summary>How what is served is written, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ConnectionInfo[]))]
[JsonSerializable(typeof(Snapshot))]
internal sealed partial class RelayJson : JsonSerializerContext;

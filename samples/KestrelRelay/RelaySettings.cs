using System.Net;
using TcpRelaySample;

namespace KestrelRelaySample;

/// <summary>The settings of one relay, as they stand in the configuration. Read once, at the start.</summary>
internal sealed class RelaySettings
{
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>No time here is longer: "30", meant as seconds, would be 30 days.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    /// <summary>Where to wait for clients: HOST:PORT, [IPV6]:PORT or unix:PATH.</summary>
    public string? Listen { get; set; }

    /// <summary>Where to connect each of them to.</summary>
    public string? To { get; set; }

    /// <summary>How many clients there may be at a time; one more is refused.</summary>
    public int MaxConnections { get; set; } = 1000;

    /// <summary>How long it may take to connect one.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long there may be no byte in either direction.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long one direction may go on after the other one has ended.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A connection that is silent for so long while the host stops has nothing to finish.</summary>
    public TimeSpan StopSilence { get; set; } = TimeSpan.FromSeconds(2);

    public EndPoint ListenAddress => ParseAddress(Listen) ?? throw new InvalidOperationException("These settings were not checked.");

    public EndPoint Target => ParseAddress(To) ?? throw new InvalidOperationException("These settings were not checked.");

    /// <summary>Reads the settings of all relays, each under its name, and refuses what cannot be meant.</summary>
    public static Dictionary<string, RelaySettings> Read(IConfigurationSection section)
    {
        Dictionary<string, RelaySettings> relays = section.GetChildren().ToDictionary(relay => relay.Key, ReadOne, StringComparer.OrdinalIgnoreCase);
        SettingsReader.Require(
            relays.Count > 0, section.Path, "there is no relay; add one, such as Redis, with an address to listen on and one to connect to");
        return relays;
    }

    private static RelaySettings ReadOne(IConfigurationSection section)
    {
        RelaySettings settings = SettingsReader.Read<RelaySettings>(section);
        settings.Check(section.Path);
        return settings;
    }

    private void Check(string path)
    {
        CheckAddress(Listen, $"{path}:{nameof(Listen)}");
        CheckAddress(To, $"{path}:{nameof(To)}");
        SettingsReader.RequireOne(MaxConnections, $"{path}:{nameof(MaxConnections)}", "connections");
        CheckTime(ConnectTimeout, $"{path}:{nameof(ConnectTimeout)}");
        CheckTime(IdleTimeout, $"{path}:{nameof(IdleTimeout)}");
        CheckTime(DrainTimeout, $"{path}:{nameof(DrainTimeout)}");
        CheckTime(StopSilence, $"{path}:{nameof(StopSilence)}");
    }

    private static void CheckAddress(string? text, string path) =>
        SettingsReader.Require(ParseAddress(text) is not null, path, $"'{text}' is no address: HOST:PORT, [IPV6]:PORT or unix:PATH");

    private static void CheckTime(TimeSpan time, string path) =>
        SettingsReader.Require(
            time >= _shortest && time <= _longest, path, $"{time} is no time from {_shortest:g} to a day, written as HOURS:MINUTES:SECONDS");

    private static EndPoint? ParseAddress(string? text) => text is not null && Address.TryParse(text, out EndPoint? address) ? address : null;
}

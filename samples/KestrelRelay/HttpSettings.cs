namespace KestrelRelaySample;

/// <summary>What there may be of HTTP. Read once, at the start.</summary>
internal sealed class HttpSettings
{
    /// <summary>How many connections there may be at a time; one more is closed.</summary>
    public int MaxConnections { get; set; } = 100;

    /// <summary>How many pages may be watched at a time; one more tries again until there is room.</summary>
    public int MaxViewers { get; set; } = 20;

    public static HttpSettings Read(IConfigurationSection section)
    {
        HttpSettings settings = SettingsReader.Read<HttpSettings>(section);
        SettingsReader.RequireOne(settings.MaxConnections, $"{section.Path}:{nameof(MaxConnections)}", "connections");
        SettingsReader.RequireOne(settings.MaxViewers, $"{section.Path}:{nameof(MaxViewers)}", "viewers");
        return settings;
    }
}

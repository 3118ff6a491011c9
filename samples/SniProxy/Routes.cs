using System.Net;
using TcpRelaySample;

namespace SniProxySample;

/// <summary>Which server is meant by which name.</summary>
internal sealed class Routes
{
    private const string Any = "*";

    private readonly Dictionary<string, EndPoint> _targets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where to go with any other name, and with none. Null: nowhere.</summary>
    public EndPoint? Default { get; set; }

    /// <summary>Adds NAME=ADDRESS, where the name may begin with <c>*.</c> for all that are below it.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Add(string route)
    {
        string[] parts = route.Split('=', 2);
        ReadOnlySpan<char> name = parts[0].StartsWith(Any + '.', StringComparison.Ordinal) ? parts[0].AsSpan(2) : parts[0];
        if (parts.Length < 2 || !ClientHello.IsHostName(name) || !Address.TryParse(parts[1], out EndPoint? target))
        {
            return $"'{route}' is no route: NAME=ADDRESS or *.NAME=ADDRESS.";
        }

        return _targets.TryAdd(parts[0], target) ? null : $"'{parts[0]}' has two routes.";
    }

    /// <summary>The name itself comes first, then what is closest above it.</summary>
    public EndPoint? Find(string? name)
    {
        if (name is not null)
        {
            if (_targets.TryGetValue(name, out EndPoint? target))
            {
                return target;
            }

            for (int dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
            {
                if (_targets.TryGetValue(Any + name[dot..], out target))
                {
                    return target;
                }
            }
        }

        return Default;
    }
}
